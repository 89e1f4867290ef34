import { BadInput } from './errors.ts';

/** An instant as a caller gives it. @throws BadInput naming the field */
export function instantOf(path: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(/^\d{4}-\d{2}-\d{2}T/.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime())) {
    throw new BadInput([{ path, message: 'must be an instant, such as 2026-03-29T01:00:00Z' }]);
  }
  return date;
}
