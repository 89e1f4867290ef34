import { connect, type Socket } from 'node:net';

/** A connection, by hand: what a client costs is taken from the server, which has the same cores. */
export class Lane {
  private readonly socket: Socket;
  private received = '';
  private answered: (isRight: boolean) => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text) => this.read(String(text)));
    socket.on('close', () => this.answered(false));
    socket.on('error', () => {}); // followed by close
  }

  static open(port: number): Promise<Lane> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Lane(socket))).once('error', reject);
    });
  }

  /** One request at a time, whose answer tells its length; gives whether it was answered 200. */
  send(message: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.answered = resolve;
      if (this.socket.destroyed) resolve(false);
      else this.socket.write(message, 'latin1');
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const end = this.received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = /content-length: (\d+)/i.exec(this.received)?.[1];
    if (length === undefined || this.received.length < end + 4 + Number(length)) return;
    const isRight = this.received.startsWith('HTTP/1.1 200');
    this.received = '';
    this.answered(isRight);
  }
}
