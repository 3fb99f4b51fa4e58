import { rowError } from './manifest-error.ts';

/** Bytes that a line, or a row of a CSV file, may have: 1 MiB. */
export const mostLineBytes: number = 2 ** 20;

/** A line of a text, with its number from 1. */
export interface TextLine {
  readonly at: number;
  readonly text: string;
}

/**
 * Lines of UTF-8, the ends of lines left out, and a mark at the begin.
 *
 * @throws {PipelineError} `ERR_DATASET` when one is longer than `mostLineBytes`.
 */
export async function* textLines(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<TextLine> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let at = 0;
  const line = (end: Uint8Array): TextLine => {
    const text = Buffer.concat([...held, end]).toString();
    [held, heldBytes] = [[], 0];
    at += 1;
    return { at, text: (at === 1 ? text.replace(/^\uFEFF/u, '') : text).replace(/\r$/u, '') };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (heldBytes + end - from > mostLineBytes) throw tooLong(url, at + 1);
      yield line(chunk.subarray(from, end));
      from = end + 1;
    }
    held.push(chunk.slice(from));
    heldBytes += chunk.length - from;
    if (heldBytes > mostLineBytes) throw tooLong(url, at + 1);
  }
  if (heldBytes > 0) yield line(new Uint8Array());
}

function tooLong(url: string, line: number): Error {
  return rowError(url, `Line ${line}`, `is longer than ${mostLineBytes / 2 ** 20} MiB`);
}
