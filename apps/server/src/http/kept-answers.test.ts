import { expect, test } from 'vitest';
import { keptAnswers } from './kept-answers.ts';

/** Makes answers of so many bytes, and counts them. */
function maker(bytes = 10) {
  let made = 0;
  return { make: async () => String(++made).padStart(bytes), made: () => made };
}
const textOf = async (kept: Promise<{ json: Buffer }>) => (await kept).json.toString().trim();

test('an answer is made once, however many ask at once, and for each key', async () => {
  const answers = keptAnswers(1_000);
  const { make, made } = maker();
  const both = await Promise.all([textOf(answers('a', make)), textOf(answers('a', make))]);
  expect([both, await textOf(answers('a', make)), made()]).toEqual([['1', '1'], '1', 1]);
  expect(await textOf(answers('b', make))).toBe('2');
});

test('one that failed is not kept', async () => {
  const answers = keptAnswers(1_000);
  const fail = () => Promise.reject(new Error('away'));
  const both = await Promise.allSettled([answers('a', fail), answers('a', fail)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await textOf(answers('a', maker().make))).toBe('1');
});

test('they take no more memory than they may; what was not asked for longest goes', async () => {
  const answers = keptAnswers(1_000);
  const { make, made } = maker(400);
  for (const key of ['a', 'b', 'a', 'c', 'a']) await answers(key, make);
  expect(made()).toBe(3);
  await answers('b', make);
  expect(made()).toBe(4);
  const large = maker(2_000);
  expect([await textOf(answers('d', large.make)), await textOf(answers('d', large.make))]).toEqual(['1', '2']);
});

test('without memory each is made anew, even at once', async () => {
  const answers = keptAnswers(0);
  const { make } = maker();
  expect(await Promise.all([textOf(answers('a', make)), textOf(answers('a', make))])).toEqual(['1', '2']);
});
