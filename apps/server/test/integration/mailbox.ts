import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Mailbox {
  /** For SMTP_URL. */
  url: string;
  /** The code that it refuses mails with; null: it takes them. */
  refuse: number | null;
  /** What came for an address, the oldest first. */
  to(address: string): string[];
  /** Waits for the next mail to an address, and gives the token of the link in it. */
  link(address: string, seen?: number): Promise<string>;
  close(): Promise<void>;
}

/** A mail server that keeps what it is given. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: { to: string[]; text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const code = mailbox.refuse;
      if (code === null) done();
      else done(Object.assign(new Error(`<${address}> is refused`), { responseCode: code }));
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        // quoted-printable, of letters that need no more
        const text = Buffer.concat(chunks).toString().replaceAll('=\r\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const to = (address: string) => mails.filter((mail) => mail.to.includes(address)).map(({ text }) => text);
  const mailbox: Mailbox = {
    refuse: null,
    url: `smtp://127.0.0.1:${port}`,
    to,
    async link(address, seen = 0) {
      for (const deadline = Date.now() + 30_000; to(address).length <= seen; await delay(20)) {
        if (Date.now() > deadline) throw new Error(`no mail for ${address}`);
      }
      return /https?:\/\/\S+#([\w-]+)/.exec(to(address).at(-1)!)![1]!;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mailbox;
}
