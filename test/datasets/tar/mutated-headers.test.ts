import test from 'ava';
import { mergeShards } from '../../../datasets/tar/merge-shards.ts';
import { indexShards } from '../../../datasets/tar/index-shards.ts';
import { PipelineError } from '../../../operators/errors.ts';
import { type Random, seededRandom } from '../../../operators/random.ts';
import { memoryStore } from '../../helpers/memory-store.ts';
import { oddTar } from '../../helpers/odd-tar.ts';

/** Archives with headers that were changed, and whose checksums are right again: more in a campaign. */
const cases = process.env['CAMPAIGN'] === undefined ? 400 : 10_000;

/** Fields of a header: where they begin, and their size. */
const fields = {
  name: [0, 100],
  size: [124, 12],
  type: [156, 1],
  target: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const;

const values: readonly ((random: Random, size: number) => Buffer)[] = [
  (random, size) => Buffer.from(Array.from({ length: size }, () => random.below(256))),
  (random) => Buffer.from('0123457xgLKSVx'[random.below(14)]!),
  (random) => Buffer.from(random.below(4096).toString(8).padStart(11, '0')),
  (random) =>
    Buffer.from([
      random.below(2) === 0 ? 0x80 : 0xff,
      ...Array.from({ length: 11 }, () => random.below(256)),
    ]),
  (random) =>
    Buffer.from(
      ['../x.jpg', '/a.jpg', 'a/1.jpg', 'é/\0', '..', '.', 'a//b.jpg', '\\a\\b.jpg', 'x.tar'][
        random.below(9)
      ]!,
    ),
  (_, size) => Buffer.alloc(size),
];

/** Blocks that are headers: those whose checksum is right. */
function headersOf(archive: Buffer): readonly number[] {
  const blocks = Array.from({ length: archive.length / 512 }, (_, at) => at * 512);
  return blocks.filter(
    (at) =>
      archive[at] !== 0 &&
      sumOf(archive, at) === Number.parseInt(archive.toString('latin1', at + 148, at + 154), 8),
  );
}

function sumOf(archive: Buffer, at: number): number {
  const header = Buffer.from(archive.subarray(at, at + 512)).fill(' ', 148, 156);
  return header.reduce((sum, byte) => sum + byte, 0);
}

function changed(archive: Buffer, headers: readonly number[], random: Random): Buffer {
  const copy = Buffer.from(archive);
  for (let times = 1 + random.below(2); times > 0; times -= 1) {
    const at = headers[random.below(headers.length)]!;
    const names = Object.keys(fields) as (keyof typeof fields)[];
    const [from, size] = fields[names[random.below(names.length)]!];
    values[random.below(values.length)]!(random, size).copy(copy, at + from, 0, size);
    copy.write(`${sumOf(copy, at).toString(8).padStart(6, '0')}\0 `, at + 148);
  }
  // Contents of headers of PAX have no checksum.
  if (random.below(4) === 0) copy[random.below(copy.length)] = random.below(256);
  return random.below(8) === 0 ? copy.subarray(0, random.below(copy.length)) : copy;
}

test('an archive with changed headers ends in images that lie in it, or in an error that names it', async (t) => {
  const archive = await oddTar();
  const headers = headersOf(archive);
  t.true(headers.length > 10);
  let images = 0;
  for (let at = 0; at < cases; at += 1) {
    const bytes = changed(archive, headers, seededRandom('headers', at));
    const store = memoryStore({ 'a.tar': bytes });
    const shard = { object: (await store.find('a.tar'))!, name: 'a.tar' };
    try {
      const index = mergeShards('a.tar', await indexShards(store, [shard], {}), undefined);
      images += index.ids.length;
      for (const [position, from] of index.from.entries()) {
        if (from + index.bytes[position]! > bytes.length)
          t.fail(`${at}: ${index.ids.at(position)}`);
      }
    } catch (error) {
      const isNamed = error instanceof PipelineError && error.message.includes('a.tar');
      if (!isNamed) t.fail(`${at}: ${error instanceof Error ? error.stack : ''}`);
    }
  }
  t.true(images > cases);
});
