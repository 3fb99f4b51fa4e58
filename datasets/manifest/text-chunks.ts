import { isUtf8 } from 'node:buffer';
import { manifestError } from './manifest-error.ts';

/**
 * Bytes of a text that are UTF-8, as they come.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming the line, when they are not.
 */
export async function* textChunks(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let lines = 0;
  let isFirst = true;
  // The first bytes of a character that goes on in the next chunk.
  let begun: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    if (isFirst) requireOneByte(url, chunk);
    isFirst = false;
    const bytes = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const end = endOfWhole(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw notUtf8(url, lines + lineOfDamage(whole));
    begun = bytes.slice(end);
    lines += newlinesIn(chunk);
    yield chunk;
  }
  if (begun.length > 0) throw notUtf8(url, lines + 1);
}

/** End of the last whole character: at most three bytes before the end, a longer one begins. */
function endOfWhole(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at -= 1) {
    const byte = bytes[at]!;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return at + size > bytes.length ? at : bytes.length;
    }
  }
  return bytes.length;
}

/** UTF-16 begins with a mark, or has a zero in its first character. */
function requireOneByte(url: string, [one = 1, two = 1]: Uint8Array): void {
  const isMarked = (one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff);
  if (!isMarked && one !== 0 && two !== 0) return;
  throw manifestError(
    url,
    'is UTF-16, or no text. Expected UTF-8: convert it, such as with `iconv -f UTF-16 -t UTF-8`',
  );
}

function notUtf8(url: string, line: number): Error {
  return manifestError(
    url,
    `is not UTF-8 in line ${line}. Convert it, such as with \`iconv -f WINDOWS-1252 -t UTF-8\``,
  );
}

/** Line, from 1, of the first byte that is not UTF-8. */
function lineOfDamage(bytes: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(from, to))) break;
    from = to;
  }
  return line;
}

function newlinesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}
