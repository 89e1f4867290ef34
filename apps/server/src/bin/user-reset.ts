/** Gives a user who is locked out a new password: user-reset.ts <e-mail> [--second-factor]. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { resetUser } from '../user-reset.ts';
import { orExplain } from './run.ts';

await orExplain(async () => {
  const { values, positionals } = parseArgs({
    options: { 'second-factor': { type: 'boolean', default: false } },
    allowPositionals: true,
    strict: false, // what it does not know is told below, with how to do it right
  });
  const [email] = positionals;
  const { 'second-factor': secondFactor, ...unknown } = values;
  if (!email || positionals.length > 1 || Object.keys(unknown).length > 0 || typeof secondFactor !== 'boolean') {
    throw new Error(
      'Say whose: npm run user:reset -- ada@example.com. With --second-factor, theirs is turned off too.',
    );
  }
  const password = await resetUser(readConfig(), { email, secondFactor });
  if (password === null) throw new Error(`Nobody has an account with ${email}.`);
  console.log(`The new password of ${email} is: ${password}`);
  if (secondFactor) console.log('Their second factor is turned off.');
  console.log('Pass it on in a safe way; it is to be changed under Profile and security. All sessions have ended.');
});
