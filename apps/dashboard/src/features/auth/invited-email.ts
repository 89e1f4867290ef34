/** The address that an invitation is for, on the way from its page to log-in. */
export function invitedEmail(state: object): string {
  const { email } = state as { email?: unknown };
  return typeof email === 'string' ? email : '';
}
