import { ApiError } from '../../lib/api.ts';
import { Problem } from '../../ui/problem.tsx';

/** What went wrong with a form and stands at none of its fields. */
export function Unexplained({ error }: { error: Error | null }) {
  const told = error instanceof ApiError && Object.keys(error.fields).length > 0;
  return error && !told ? <Problem error={error} /> : null;
}
