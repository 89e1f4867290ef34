import nodemailer from 'nodemailer';

export interface Mail {
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
}

/** Hands a mail over to a mail server. */
export interface MailServer {
  /** @throws what the server, or the way to it, answered */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const PATIENCE_MS = 10_000;

/** A mail server that is spoken to by SMTP; mails are from `from`. */
export function createMailServer(smtpUrl: string, { from }: { from: string }): MailServer {
  const transport = nodemailer.createTransport(
    {
      url: smtpUrl,
      pool: true,
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    send: async (mail) => void (await transport.sendMail(mail)),
    close: () => transport.close(),
  };
}

/** Whether the server said that it will never take this mail: another try would be in vain. */
export const isRefused = (error: unknown): boolean => Number((error as { responseCode?: unknown }).responseCode) >= 500;
