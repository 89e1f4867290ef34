import { createReadStream } from 'node:fs';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/** The lines of a file that are not empty, a few thousand at a time, without holding the file in memory. */
export async function* lineGroups(file: string): AsyncGenerator<string[]> {
  for await (const whole of wholeLines(file)) {
    yield whole
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '' && line !== '\r');
  }
}

/** The same undecoded. Each line ends with its newline; those of a group share their memory. */
export async function* byteLineGroups(file: string): AsyncGenerator<Buffer[]> {
  for await (const whole of wholeLines(file)) {
    const lines: Buffer[] = [];
    for (let start = 0, end; start < whole.length; start = end) {
      end = whole.indexOf(NEWLINE, start) + 1;
      const empty = end - start === 1 || (end - start === 2 && whole[start] === CARRIAGE_RETURN);
      if (!empty) lines.push(whole.subarray(start, end));
    }
    yield lines;
  }
}

/** About a megabyte at a time, each ending with a newline. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    rest.push(chunk.subarray(0, end || chunk.length));
    if (end === 0) continue;
    yield rest.length === 1 ? rest[0]! : Buffer.concat(rest);
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (rest.length > 0) yield Buffer.concat([...rest, Buffer.of(NEWLINE)]);
}
