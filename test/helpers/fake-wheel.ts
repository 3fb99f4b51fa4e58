import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';

/** A member of a zip archive that is made up; what is left out is as it should be. */
export interface FakeMember {
  readonly name: string;
  readonly content?: string;
  /** Not compressed. */
  readonly isStored?: boolean;
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
}

/** A zip archive, with sizes in 64 bits where it is asked for. */
export function zipBytes(
  members: readonly FakeMember[],
  { isLong = false }: { readonly isLong?: boolean } = {},
): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, content = '', isStored = false, mode = 0o100644, flags = 0 } = member;
    const plain = Buffer.from(content);
    const data = isStored ? plain : deflateRawSync(plain);
    const { method = isStored ? 0 : 8, crc = crc32(plain) } = member;
    const path = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(path.length, 26);
    const sizes = [plain.length, data.length, offset];
    const extra = isLong ? Buffer.alloc(28) : Buffer.alloc(0);
    if (isLong) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [at, size] of sizes.entries()) extra.writeBigUInt64LE(BigInt(size), 4 + 8 * at);
    }
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    for (const [at, place] of [24, 20, 42].entries()) {
      entry.writeUInt32LE(isLong ? 0xffffffff : sizes[at]!, place);
    }
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(mode * 0x10000, 38);
    entries.push(entry, path, extra);
    bodies.push(local, path, data);
    offset += local.length + path.length + data.length;
  }
  const directory = Buffer.concat(entries);
  return Buffer.concat([
    ...bodies,
    directory,
    endBytes(members.length, directory.length, offset, isLong),
  ]);
}

function endBytes(count: number, bytes: number, offset: number, isLong: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(isLong ? 0xffff : count, 10);
  end.writeUInt32LE(isLong ? 0xffffffff : bytes, 12);
  end.writeUInt32LE(isLong ? 0xffffffff : offset, 16);
  if (!isLong) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  for (const [at, value] of [count, bytes, offset].entries()) {
    end64.writeBigUInt64LE(BigInt(value), 32 + 8 * at);
  }
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  return Buffer.concat([end64, locator, end]);
}

/** What a wheel says that it is. */
export interface FakeWheel {
  readonly project?: string;
  readonly version?: string;
  readonly tag?: string;
  /** Members besides those of a wheel of TensorFlow. */
  readonly more?: readonly FakeMember[];
  /** Changes members after the record was written. */
  readonly changed?: (member: FakeMember) => FakeMember;
  readonly isLong?: boolean;
}

const headers = (
  'c_api c_api_macros tf_attrtype tf_buffer tf_datatype tf_status tf_tensor tf_tstring ' +
  'eager/c_api'
)
  .split(' ')
  .map((name) => `tensorflow/c/${name}.h`);
const others = ['tensorflow/core/platform', 'tsl/platform'].flatMap((folder) =>
  ['ctstring', 'ctstring_internal'].map((name) => `${folder}/${name}.h`),
);

/** Content of each file that a setup takes out of the wheel, by its path below `deps/`. */
export const fakeContents: Readonly<Record<string, string>> = Object.fromEntries([
  ...['cc', 'framework'].map((name) => [
    `lib/libtensorflow_${name}.so.2`,
    `library ${name} `.repeat(5000),
  ]),
  ...[...headers, ...others, 'xla/tsl/c/tsl_status.h'].map((name) => [
    `include/${name}`,
    `// ${name}`,
  ]),
  ['licenses/tensorflow.txt', 'Apache License'],
]);

function memberName(place: string): string {
  if (place.startsWith('lib/')) return `tensorflow/${place.slice('lib/'.length)}`;
  return place.startsWith('include/') ? `tensorflow/${place}` : 'tensorflow/include/LICENSE';
}

/** The bytes of a small wheel with everything that a setup takes out of one of TensorFlow. */
export function wheelBytes(wheel: FakeWheel = {}): Buffer {
  const { project = 'tensorflow_cpu', version = '2.21.0', more = [], isLong = false } = wheel;
  const { tag = 'cp311-cp311-manylinux_2_27_x86_64', changed = (member) => member } = wheel;
  const info = `${project}-${version}.dist-info`;
  const members: FakeMember[] = [
    { name: 'tensorflow/', mode: 0o040755, isStored: true },
    ...Object.entries(fakeContents).map(([to, content]) => ({ name: memberName(to), content })),
    { name: `${info}/METADATA`, content: `Name: ${project}\nVersion: ${version}\n\nName: other` },
    { name: `${info}/WHEEL`, content: `Wheel-Version: 1.0\nTag: ${tag}\n` },
    ...more,
  ];
  const record = members.map(({ name, content = '' }) => {
    const hash = createHash('sha256').update(content).digest('base64url');
    return `${name},sha256=${hash},${content.length}\n`;
  });
  const recordMember = { name: `${info}/RECORD`, content: record.join('') };
  return zipBytes([...members.map(changed), recordMember], { isLong });
}

/** Writes a small wheel. */
export async function writeWheel(file: string, wheel?: FakeWheel): Promise<string> {
  await fs.writeFile(file, wheelBytes(wheel));
  return file;
}
