/** How an e-mail is stored and looked up: letters of either case and either Unicode form are the same account. */
export const normalizeEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase().normalize('NFC');
