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
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) requireOneByte(url, chunk);
    isFirst = false;
    try {
      decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw notUtf8(url, lines + linesBefore(chunk), error);
    }
    lines += newlinesIn(chunk);
    yield chunk;
  }
  try {
    decoder.decode();
  } catch (error) {
    throw notUtf8(url, lines + 1, error);
  }
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

function notUtf8(url: string, line: number, cause: unknown): Error {
  return Object.assign(
    manifestError(
      url,
      `is not UTF-8 in or near line ${line}. Convert it, such as with \`iconv -f WINDOWS-1252 -t UTF-8\``,
    ),
    { cause },
  );
}

/** Line, from 1, of the first byte of a chunk that is not UTF-8. */
function linesBefore(chunk: Uint8Array): number {
  let line = 1;
  for (let from = 0; from < chunk.length; line += 1) {
    const end = chunk.indexOf(10, from);
    const to = end < 0 ? chunk.length : end + 1;
    // The first line may begin within a character.
    const text = new TextDecoder().decode(chunk.subarray(from, to));
    if (text.includes('\uFFFD') && from > 0) return line;
    from = to;
  }
  return 1;
}

function newlinesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}
