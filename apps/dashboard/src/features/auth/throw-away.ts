/** An account to look around with. Nobody knows its password, so that whoever logs out of it does not come back. */
export function throwAwayAccount(random: string): { name: string; email: string; password: string } {
  return { name: 'Demo explorer', email: `demo-${random}@example.com`, password: `${random}${random}` };
}

export const isThrowAway = (email: string): boolean => /^demo-[0-9a-z]+@example\.com$/.test(email);
