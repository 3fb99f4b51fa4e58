import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { openZipArchive, type ZipArchive } from './zip-archive.ts';
import type { ZipMember } from '../../operators/files/zip-directory.ts';

/** A wheel (binary distribution format 1.0 of Python) on disk, open for reading. */
export interface WheelFile {
  readonly path: string;
  /** Name of the project, normalised as PyPI does, such as `tensorflow-cpu`. */
  readonly project: string;
  readonly version: string;
  /** Platforms that it is built for, such as `manylinux_2_27_x86_64`; `any` for none. */
  readonly platforms: readonly string[];
  readonly members: readonly ZipMember[];
  /**
   * Unpacks a member under a name that must be free, checked against its CRC-32 and against the SHA-256 of the wheel's
   * record.
   *
   * @param onBytes Called with the length of each piece that was written.
   * @returns The SHA-256, hex.
   * @throws {PipelineError} `ERR_FORMAT` when it is damaged; the file that was begun stays.
   */
  unpack(
    member: ZipMember,
    to: string,
    options?: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void },
  ): Promise<string>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Largest text inside a wheel that is read into memory. */
const largestText = 64 << 20;

/**
 * Opens a wheel: what it is by its own words, and what it holds.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` for what is no whole wheel, as `openZipArchive`.
 */
export async function openWheel(file: string): Promise<WheelFile> {
  const archive = await openZipArchive(file);
  try {
    const folder = infoFolder(archive);
    const metadata = await textOf(archive, `${folder}/METADATA`);
    const wheel = await textOf(archive, `${folder}/WHEEL`);
    const hashes = recordedHashes(await textOf(archive, `${folder}/RECORD`));
    return {
      path: file,
      project: normalised(fieldOf(metadata, 'Name') ?? ''),
      version: fieldOf(metadata, 'Version') ?? '',
      platforms: fieldsOf(wheel, 'Tag').flatMap((tag) =>
        tag.split('-').slice(2).join('-').split('.'),
      ),
      members: archive.members,
      unpack: async (member, to, { signal, onBytes } = {}) => {
        const sha256 = hashes.get(member.name);
        if (sha256 === undefined) throw damaged(file, member.name, 'is not in its record');
        await writeMember(archive, { member, to, sha256, signal, onBytes });
        return Buffer.from(sha256, 'base64url').toString('hex');
      },
      close: () => archive.close(),
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** A project's name as PyPI compares it (PEP 503). */
export function normalised(name: string): string {
  return name.replaceAll(/[-_.]+/gu, '-').toLowerCase();
}

function infoFolder({ path: file, members }: ZipArchive): string {
  const name = members.find((one) => /^[^/]+\.dist-info\/WHEEL$/u.test(one.name))?.name;
  if (name !== undefined) return path.posix.dirname(name);
  const message = `\`${file}\` is a zip archive, but no wheel: it has no \`….dist-info/WHEEL\`. Give a file named \`….whl\`.`;
  throw new PipelineError('ERR_FORMAT', message, { path: file });
}

/** Lines such as `Name: tensorflow_cpu`, until the first that is empty. */
function fieldsOf(text: string, name: string): readonly string[] {
  const [head = ''] = text.split(/\r?\n\r?\n/u, 1);
  return head
    .split(/\r?\n/u)
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 1).trim());
}

function fieldOf(text: string, name: string): string | undefined {
  return fieldsOf(text, name)[0];
}

/** SHA-256 by the name of the member, base64url without padding; rows are CSV: `name,sha256=…,bytes`. */
function recordedHashes(record: string): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  const row = /^(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^",]*)),sha256=(?<hash>[\w-]{43}),/u;
  for (const line of record.split(/\r?\n/u)) {
    const { quoted, plain, hash } = row.exec(line)?.groups ?? {};
    const name = quoted?.replaceAll('""', '"') ?? plain;
    if (name !== undefined && hash !== undefined) hashes.set(name, hash);
  }
  return hashes;
}

async function textOf(archive: ZipArchive, name: string): Promise<string> {
  const member = archive.members.find((one) => one.name === name);
  if (member === undefined || member.bytes > largestText) {
    throw damaged(archive.path, name, member === undefined ? 'is missing' : 'is too large');
  }
  const chunks: Buffer[] = [];
  const gather = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await unpackInto(archive, member, { into: [gather] });
  return Buffer.concat(chunks).toString('utf8');
}

interface WrittenMember {
  readonly member: ZipMember;
  readonly to: string;
  readonly sha256: string;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: ((bytes: number) => void) | undefined;
}

async function writeMember(archive: ZipArchive, written: WrittenMember): Promise<void> {
  const { member, to, sha256, signal, onBytes } = written;
  await fs.mkdir(path.dirname(to), { recursive: true });
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes?.(chunk.byteLength);
      done(null, chunk);
    },
  });
  const mode = member.isExecutable ? 0o755 : 0o644;
  const file = createWriteStream(to, { flags: 'wx', mode, flush: true });
  await unpackInto(archive, member, { into: [hashing, file], signal });
  if (hash.digest('base64url') !== sha256) {
    throw damaged(archive.path, member.name, 'is not what its record says (SHA-256)');
  }
}

/** Unpacks a member through streams into the last of them; its length and its CRC-32 are checked. */
async function unpackInto(
  archive: ZipArchive,
  member: ZipMember,
  { into, signal }: { into: readonly Writable[]; signal?: AbortSignal | undefined },
): Promise<void> {
  const { stream, seen } = checking(member.bytes);
  const inflate =
    member.compression === 'deflated' ? [createInflateRaw({ chunkSize: 1 << 18 })] : [];
  try {
    await pipeline([await archive.stored(member), ...inflate, stream, ...into], { signal });
  } catch (error) {
    signal?.throwIfAborted();
    // What the file system says is told by the caller; zlib has codes of its own, such as `Z_DATA_ERROR`.
    if (isSystemError(error)) throw error;
    throw damaged(archive.path, member.name, `cannot be unpacked (${messageOf(error)})`, error);
  }
  const { bytes, crc } = seen();
  if (bytes !== member.bytes || crc !== member.crc32) {
    throw damaged(archive.path, member.name, 'is not what its list says (length or CRC-32)');
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/** Counts bytes and their CRC-32; ends a stream that gets longer than it is to be. */
function checking(most: number): {
  readonly stream: Transform;
  readonly seen: () => { readonly bytes: number; readonly crc: number };
} {
  let [bytes, crc] = [0, 0];
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      crc = crc32(chunk, crc);
      done(bytes > most ? new RangeError('it is longer than its list says') : null, chunk);
    },
  });
  return { stream, seen: () => ({ bytes, crc }) };
}

function damaged(file: string, name: string, why: string, cause?: unknown): PipelineError {
  const message = `\`${file}\` is damaged: its member \`${name}\` ${why}. Download it again.`;
  return new PipelineError('ERR_FORMAT', message, { path: file, cause });
}
