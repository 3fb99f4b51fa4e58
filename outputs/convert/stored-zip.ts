/** A member of a zip archive, stored as it is. */
export interface StoredMember {
  /** ASCII. */
  readonly name: string;
  readonly bytes: number;
  readonly crc32: number;
  /** Place of its header in the file. */
  readonly offset: number;
}

/** Signatures of APPNOTE 6.3.10. */
const signatures = {
  local: 0x04034b50,
  entry: 0x02014b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
  end: 0x06054b50,
} as const;

/** Version 4.5: sizes of 64 bits, in every archive, so that there is one form of them. */
const zip64 = { version: 45, field: 1 } as const;
const inField = 0xffff_ffff;
/** The first day that the format knows: bytes are a function of the content. */
const date = (1 << 5) | 1;

/** Bytes of the header before a member of this name. */
export function localHeaderBytes(name: string): number {
  return 30 + name.length + 20;
}

/** Header before the bytes of a member. */
export function localHeader({ name, bytes, crc32 }: Omit<StoredMember, 'offset'>): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(signatures.local, 0);
  writeCommon(head, 4, { name, crc32, extraBytes: 20 });
  return Buffer.concat([head, Buffer.from(name, 'latin1'), sizesField([bytes, bytes])]);
}

/** What stands behind the members: their list, and where it is. @param offset Place of the list in the file. */
export function centralDirectory(members: readonly StoredMember[], offset: number): Buffer {
  const list = Buffer.concat(members.map((member) => entry(member)));
  return Buffer.concat([list, ...endRecords(members.length, list.byteLength, offset)]);
}

function entry({ name, bytes, crc32, offset }: StoredMember): Buffer {
  const head = Buffer.alloc(46);
  head.writeUInt32LE(signatures.entry, 0);
  head.writeUInt16LE(zip64.version, 4);
  writeCommon(head, 6, { name, crc32, extraBytes: 28 });
  head.writeUInt32LE(inField, 42);
  return Buffer.concat([head, Buffer.from(name, 'latin1'), sizesField([bytes, bytes, offset])]);
}

/** The fields that both headers have, from the version on. */
function writeCommon(
  head: Buffer,
  at: number,
  { name, crc32, extraBytes }: { name: string; crc32: number; extraBytes: number },
): void {
  head.writeUInt16LE(zip64.version, at);
  head.writeUInt16LE(date, at + 8);
  head.writeUInt32LE(crc32, at + 10);
  head.writeUInt32LE(inField, at + 14);
  head.writeUInt32LE(inField, at + 18);
  head.writeUInt16LE(name.length, at + 22);
  head.writeUInt16LE(extraBytes, at + 24);
}

function sizesField(sizes: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * sizes.length);
  field.writeUInt16LE(zip64.field, 0);
  field.writeUInt16LE(8 * sizes.length, 2);
  for (const [at, size] of sizes.entries()) field.writeBigUInt64LE(BigInt(size), 4 + 8 * at);
  return field;
}

function endRecords(count: number, bytes: number, offset: number): readonly Buffer[] {
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(signatures.end64, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE(zip64.version, 12);
  end64.writeUInt16LE(zip64.version, 14);
  for (const [at, value] of [count, count, bytes, offset].entries()) {
    end64.writeBigUInt64LE(BigInt(value), 24 + 8 * at);
  }
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(signatures.locator, 0);
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(signatures.end, 0);
  end.writeUInt32LE(0, 4);
  end.writeUInt16LE(0, 20);
  return [end64, locator, end];
}
