import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { PipelineError } from '../../operators/errors.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';
import { kindInstead } from '../../operators/files/file-kind.ts';
import { type ZipMember, zipMembers } from '../../operators/files/zip-directory.ts';

/** A zip archive on disk, open for reading. */
export interface ZipArchive {
  readonly path: string;
  readonly members: readonly ZipMember[];
  /** Bytes of a member as they are stored, compressed or not; the file is read piece by piece. */
  stored(member: ZipMember): Promise<Readable>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Signature and length of the header before a member's bytes (APPNOTE 4.3.7). */
const localHeader = { signature: 0x04034b50, bytes: 30 } as const;

/**
 * Opens a zip archive, also one of more than 4 GB (Zip64). Only its list of members is held in memory.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` for what is no whole archive, and for members that reach outside a
 * folder, are links, encrypted, or compressed otherwise than by deflate.
 */
export async function openZipArchive(path: string): Promise<ZipArchive> {
  const window = await openFileWindow(path);
  try {
    const members = await zipMembers(window);
    return {
      path,
      members,
      stored: (member) => storedBytes(window, member),
      close: () => window.close(),
    };
  } catch (error) {
    await window.close();
    if (!(error instanceof PipelineError) || error.code !== 'ERR_FORMAT') throw error;
    const what = await kindInstead(path, '');
    // A zip archive is what it is to be; that it is cut short is the news.
    if (what === '' || what.startsWith('a zip archive')) throw error;
    throw new PipelineError('ERR_FORMAT', `\`${path}\` is ${what}`, { path, cause: error });
  }
}

async function storedBytes(window: FileWindow, member: ZipMember): Promise<Readable> {
  const { path } = window;
  const header = await window.bytes(member.offset, localHeader.bytes);
  const isHeader =
    header.byteLength === localHeader.bytes && header.readUInt32LE(0) === localHeader.signature;
  const names = isHeader ? header.readUInt16LE(26) + header.readUInt16LE(28) : 0;
  const start = member.offset + localHeader.bytes + names;
  const end = start + member.storedBytes;
  if (!isHeader || end > window.size) {
    const message = `\`${path}\` is damaged: \`${member.name}\` is not where its list says. Download it again.`;
    throw new PipelineError('ERR_FORMAT', message, { path });
  }
  // `end` counts in; an empty range cannot be said.
  return member.storedBytes === 0
    ? Readable.from([])
    : createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 });
}
