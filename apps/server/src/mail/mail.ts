import nodemailer from 'nodemailer';
import { setTimeout as delay } from 'node:timers/promises';

export interface Mail {
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
}

export interface Mailer {
  /** Soon, and after the caller has answered: how long it takes, and whether it works, tells nothing about the address. */
  send(mail: Mail): void;
  close(): void;
}

const TRIES = 3;
const PATIENCE_MS = 10_000;
/** Somewhere in it a mail is sent, so that no answer can be timed by the work after it. */
const SOON_MS = 1_000;

/** Sends by SMTP, from `from`. What could not be sent after some tries is logged, without to whom. */
export function createMailer(
  smtpUrl: string,
  { from, onFailure }: { from: string; onFailure: (error: unknown) => void },
): Mailer {
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
  const closing = new AbortController();

  async function deliver(mail: Mail): Promise<void> {
    await delay(Math.random() * SOON_MS, undefined, { signal: closing.signal });
    for (let tries = 1; ; tries++) {
      try {
        await transport.sendMail(mail);
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        await delay(tries * 2_000, undefined, { signal: closing.signal });
      }
    }
  }
  return {
    send: (mail) => void deliver(mail).catch((error: unknown) => closing.signal.aborted || onFailure(error)),
    close() {
      closing.abort();
      transport.close();
    },
  };
}
