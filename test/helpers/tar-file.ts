import { pack } from 'tar-stream';

/** A member of an archive that a test makes. */
export interface MadeMember {
  readonly name: string;
  readonly content?: Uint8Array | string;
}

/** Bytes of an archive by `tar-stream`: names that are long or not ASCII stand in PAX headers. */
export async function tarOf(members: readonly MadeMember[]): Promise<Buffer> {
  const packing = pack();
  for (const { name, content = '' } of members) {
    if (name.endsWith('/')) packing.entry({ name, type: 'directory' });
    else packing.entry({ name }, Buffer.from(content as string));
  }
  packing.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of packing) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

/** A header that a test writes itself, for what `tar-stream` does not. */
export interface MadeHeader {
  readonly name: string | Uint8Array;
  /** As the archive has it: an octal number by default, or 12 bytes. */
  readonly size?: number | Uint8Array;
  /** Type flag. @default a file */
  readonly type?: string;
  readonly target?: string;
  /** Magic and version, 8 bytes. @default those of POSIX */
  readonly magic?: string;
}

/** One block with a header and its checksum. */
export function tarHeader({
  name,
  size = 0,
  type = '0',
  target = '',
  magic = 'ustar\x0000',
}: MadeHeader): Buffer {
  const header = Buffer.alloc(512);
  header.set(Buffer.from(name as string), 0);
  header.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
  if (typeof size === 'number') header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else header.set(size, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(target, 157);
  header.write(magic, 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A member as it stands in an archive: its header, and its content up to whole blocks. */
export function tarMember(header: MadeHeader, content: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(content as string);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([tarHeader({ size: bytes.length, ...header }), bytes, padding]);
}

/** A record of a PAX header, such as `18 path=…`. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** The blocks of zeros that end an archive. */
export const tarEnd: Buffer = Buffer.alloc(1024);
