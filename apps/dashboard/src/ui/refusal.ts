import { ApiError } from '../lib/api.ts';

/** The API says of a field what completes a sentence: "must look like …", "is not your password". */
function sentence(field: string, message: string): string {
  if (/^\p{Lu}/u.test(message)) return message;
  return `${message.startsWith('is ') ? 'That' : nameOf(field)} ${message}.`;
}

/** `newPassword` → "New password". */
function nameOf(field: string): string {
  if (field === 'email') return 'E-mail';
  const words = field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Why a form was refused, in sentences by the field's name. The form forgets them when it is sent again. */
export function refusals(error: Error): Record<string, string> {
  const fields = Object.entries(error instanceof ApiError ? error.fields : {});
  if (fields.length === 0) return { whole: error.message };
  return Object.fromEntries(fields.map(([field, message]) => [field, sentence(field, message)]));
}

/** What went wrong, in sentences. */
export const messageOf = (error: Error): string => Object.values(refusals(error)).join(' ');
