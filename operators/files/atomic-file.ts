import { openPartialFile } from './partial-file.ts';

/**
 * Atomic write of a small file: a reader sees the old content or the new one, whenever the process ends.
 *
 * Temporary name, fsync, rename, fsync of the folder. Text is UTF-8.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 * @param token See `openPartialFile`.
 */
export async function writeAtomicFile(
  path: string,
  content: string | readonly Uint8Array[],
  token?: string,
): Promise<void> {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : content;
  const file = await openPartialFile(path, token);
  await file.write(chunks, 0);
  await file.commit(chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
}

/** JSON as people read it: two spaces, and a line end at the end. */
export async function writeAtomicJson(path: string, value: unknown, token?: string): Promise<void> {
  await writeAtomicFile(path, `${JSON.stringify(value, null, 2)}\n`, token);
}
