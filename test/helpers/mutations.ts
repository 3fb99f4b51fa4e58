import type { Random } from '../../operators/random.ts';

type Mutator = (bytes: Buffer, random: Random) => Buffer;

/** Numbers that sizes, offsets and counts are not. */
const hugeNumbers = [0n, -1n, 1n, 0x7fff_ffffn, 0x8000_0000n, 1n << 24n, 1n << 40n, 1n << 62n];

function place(bytes: Buffer, random: Random, unit = 1): number {
  return random.below(Math.max(1, Math.floor(bytes.length / unit))) * unit;
}

function chunk(bytes: Buffer, random: Random): readonly [from: number, to: number] {
  const from = place(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.below(64))];
}

function overwritten(bytes: Buffer, at: number, value: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  value.copy(changed, at);
  return changed;
}

function number(random: Random, size: 4 | 8): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigInt64LE(hugeNumbers[random.below(hugeNumbers.length)]!);
  return value.subarray(0, size);
}

/** Damage of any file: each mutator does one thing to a copy of it. */
const byteMutators: Readonly<Record<string, Mutator>> = {
  'a bit flipped': (bytes, random) => {
    const at = place(bytes, random);
    return overwritten(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
  },
  'a byte set': (bytes, random) =>
    overwritten(bytes, place(bytes, random), Buffer.of([0, 1, 127, 128, 255][random.below(5)]!)),
  'a byte drawn': (bytes, random) =>
    overwritten(bytes, place(bytes, random), Buffer.of(random.below(256))),
  'a 32-bit number': (bytes, random) =>
    overwritten(bytes, place(bytes, random, 4), number(random, 4)),
  'a 64-bit number': (bytes, random) =>
    overwritten(bytes, place(bytes, random, 8), number(random, 8)),
  'a number that is not finite': (bytes, random) => {
    const value = Buffer.alloc(4);
    value.writeFloatLE([Number.NaN, Infinity, -Infinity, 3e38][random.below(4)]!);
    return overwritten(bytes, place(bytes, random, 4), value);
  },
  'a longest varint': (bytes, random) => {
    const at = place(bytes, random);
    const value = Buffer.alloc(1 + random.below(10), 0xff);
    value[value.length - 1] = 0x7f;
    return Buffer.concat([bytes.subarray(0, at), value, bytes.subarray(at + 1)]);
  },
  'no UTF-8': (bytes, random) =>
    overwritten(bytes, place(bytes, random), Buffer.of(0xc3, 0x28, 0xff)),
  cut: (bytes, random) => Buffer.from(bytes.subarray(0, place(bytes, random))),
  'a chunk removed': (bytes, random) => {
    const [from, to] = chunk(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'a chunk twice': (bytes, random) => {
    const [from, to] = chunk(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'bytes put in': (bytes, random) => {
    const at = place(bytes, random);
    const drawn = Buffer.from(
      Array.from({ length: 1 + random.below(16) }, () => random.below(256)),
    );
    return Buffer.concat([bytes.subarray(0, at), drawn, bytes.subarray(at)]);
  },
  'blocks swapped': (bytes, random) => {
    const [a, b] = [place(bytes, random, 8), place(bytes, random, 8)];
    const changed = Buffer.from(bytes);
    bytes.copy(changed, a, b, b + 8);
    bytes.copy(changed, b, a, a + 8);
    return changed.subarray(0, bytes.length);
  },
  'a byte order mark': (bytes) => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]),
  'more at the end': (bytes, random) =>
    Buffer.concat([bytes, Buffer.alloc(1 + random.below(32), random.below(256))]),
};

const deep = (): unknown => JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`);

const otherValues: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e9,
  () => 2 ** 40,
  () => 2 ** 53 + 2,
  () => 1e308,
  () => -1e308,
  () => '',
  () => 'ä\u0000\uD800',
  () => '../../etc/passwd',
  () => 'x'.repeat(100_000),
  () => [],
  () => ({}),
  () => [1, 'two', null],
  () => ({ length: 2 ** 40 }),
  () => Array.from({ length: 2000 }, () => 7),
  deep,
];

type Parent = Record<string, unknown>;

/** Every object and list inside a value. */
function parentsIn(value: unknown): Parent[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Parent, ...Object.values(value).flatMap(parentsIn)];
}

type JsonMutator = (parent: Parent, key: string, random: Random, all: readonly Parent[]) => void;

const jsonMutators: Readonly<Record<string, JsonMutator>> = {
  'another value': (parent, key, random) => {
    parent[key] = otherValues[random.below(otherValues.length)]!();
  },
  'a value as text': (parent, key) => {
    parent[key] = JSON.stringify(parent[key]) ?? '';
  },
  'a scaled number': (parent, key, random) => {
    if (typeof parent[key] === 'number')
      parent[key] *= [-1, 0.3, 1e6, 1e12, 1e300][random.below(5)]!;
  },
  'no such key': (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  'another key': (parent, key, random) => {
    const names = [`${key}s`, key.toUpperCase(), '__proto__', 'constructor', ''];
    const value = parent[key];
    delete parent[key];
    Object.defineProperty(parent, names[random.below(names.length)]!, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  },
  'a value twice': (parent, key) => {
    if (Array.isArray(parent)) parent.push(parent[Number(key)]);
    else parent[`${key}2`] = parent[key];
  },
  'a value from elsewhere': (parent, key, random, all) => {
    const other = Object.values(all[random.below(all.length)]!);
    // Not a part of itself.
    const value = other[random.below(Math.max(1, other.length))];
    if (typeof value !== 'object' || value === null) parent[key] = value;
  },
};

function pickOf<T>(table: Readonly<Record<string, T>>, random: Random): readonly [string, T] {
  const entries = Object.entries(table);
  return entries[random.below(entries.length)]!;
}

function mutatedBytes(bytes: Buffer, random: Random): Mutation {
  const [how, mutate] = pickOf(byteMutators, random);
  return { bytes: mutate(bytes, random), how };
}

function mutatedJson(bytes: Buffer, random: Random): Mutation {
  const value = JSON.parse(bytes.toString('utf8')) as unknown;
  const parents = parentsIn(value).filter((parent) => Object.keys(parent).length > 0);
  if (parents.length === 0) return mutatedBytes(bytes, random);
  const parent = parents[random.below(parents.length)]!;
  const keys = Object.keys(parent);
  const key = keys[random.below(keys.length)]!;
  const [how, mutate] = pickOf(jsonMutators, random);
  mutate(parent, key, random, parents);
  return { bytes: Buffer.from(JSON.stringify(value)), how: `${how} at \`${key}\`` };
}

/** A file that was damaged, and how. */
export interface Mutation {
  readonly bytes: Buffer;
  readonly how: string;
}

/** A damaged copy of a file; most are damaged once, some twice or three times. JSON is damaged as JSON, too. */
export function mutated(file: Buffer, isJson: boolean, random: Random): Mutation {
  const first =
    isJson && random.below(3) > 0 ? mutatedJson(file, random) : mutatedBytes(file, random);
  let { bytes, how } = first;
  for (let more = random.below(4) === 0 ? 1 + random.below(2) : 0; more > 0; more -= 1) {
    const next = mutatedBytes(bytes, random);
    [bytes, how] = [next.bytes, `${how}, ${next.how}`];
  }
  return { bytes, how };
}
