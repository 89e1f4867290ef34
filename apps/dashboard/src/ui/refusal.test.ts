import { expect, test } from 'vitest';
import { ApiError } from '../lib/api.ts';
import { messageOf, refusals } from './refusal.ts';

const refused = (...errors: [path: string, message: string][]) =>
  new ApiError(400, {
    title: 'Bad Request',
    detail: errors.map((error) => error.join(' ')).join('; '),
    errors: errors.map(([path, message]) => ({ path, message })),
  });

test.each([
  ['email', 'must look like ada@example.com', 'E-mail must look like ada@example.com.'],
  ['newPassword', 'must have at least 10 characters', 'New password must have at least 10 characters.'],
  ['currentPassword', 'is not your password', 'That is not your password.'],
  ['shop', 'The shop is not open.', 'The shop is not open.'],
])('what the API says of %s: %s', (path, message, told) => {
  expect(refusals(refused([path, message]))).toEqual({ [path]: told });
});

test('an error is told in sentences, and in its own words where no field is to blame', () => {
  expect(messageOf(refused(['email', 'must not be empty'], ['name', 'must not be blank']))).toBe(
    'E-mail must not be empty. Name must not be blank.',
  );
  const conflict = new ApiError(409, { title: 'Conflict', detail: 'They are a member already.' });
  expect(refusals(conflict)).toEqual({ whole: 'They are a member already.' });
  expect(messageOf(conflict)).toBe('They are a member already.');
  expect(messageOf(new TypeError('x is undefined'))).toBe('x is undefined');
});
