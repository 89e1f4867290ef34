const NOWHERE = '@deleted.invalid';

/** What stands in the place of the e-mail of an account that was deleted: it tells nothing, and nobody else has it. */
export const deletedEmail = (userId: string): string => `${userId}${NOWHERE}`;

/** Null for one of an account that was deleted. */
export const emailOf = (email: string | null): string | null => (email?.endsWith(NOWHERE) ? null : email);

export const DELETED_NAME = 'Deleted account';
