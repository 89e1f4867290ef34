import { createReadStream } from 'node:fs';

const NEWLINE = 10;

/** The lines of a file that are not empty, a few thousand at a time, without holding the file in memory. */
export async function* lineGroups(file: string): AsyncGenerator<string[]> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      rest.push(chunk);
      continue;
    }
    const whole = Buffer.concat([...rest, chunk.subarray(0, end)]);
    rest = [chunk.subarray(end + 1)];
    yield split(whole);
  }
  const last = split(Buffer.concat(rest));
  if (last.length > 0) yield last;
}

const split = (buffer: Buffer): string[] =>
  buffer
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && line !== '\r');
