/** One search of `planted.ts`: `planted-worker.ts WORK "ENCODER LAYER" THRESHOLD`, told to the parent. */
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Rung } from '../../operators/curation/duplicates/duplicate-groups.ts';
import {
  nearDuplicates,
  type NearDuplicates,
} from '../../operators/curation/duplicates/duplicates.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { openVectorSet } from '../../pipeline/parts/open-vector-set.ts';
import type { PlantedCopy } from './planted-data.ts';
import { readPixels } from './planted-pixels.ts';

/** What a search found. */
export interface PlantedFound {
  readonly pairs: number;
  readonly ladder: readonly Rung[];
  /** Cosine similarity of each planted copy to its image, computed by itself. */
  readonly similarities: readonly number[];
  /** Most similar pairs that were not planted. */
  readonly strangers: readonly string[];
  readonly seconds: number;
  /** Peak of the process. */
  readonly megabytes: number;
}

interface Sides {
  readonly train: VectorSet;
  readonly test: VectorSet;
}

const [work, name, threshold] = process.argv.slice(2) as [string, string, string];
const started = performance.now();
const sides = { train: await opened('train'), test: await opened('test') };
const found = await nearDuplicates(sides.train, sides.test, { threshold: Number(threshold) });
const seconds = (performance.now() - started) / 1000;
const megabytes = Math.round(process.resourceUsage().maxRSS / 1000);

const text = await fs.readFile(path.join(work, 'planted.json'), 'utf8');
const planted = JSON.parse(text) as readonly PlantedCopy[];
const similarities = await writtenForPeers(sides, found, path.join(work, 'peer'));
const { pairs, ladder } = found;
const strangers = strangersOf(found);
process.send!({ pairs, ladder, similarities, strangers, seconds, megabytes });
process.disconnect();

async function opened(side: keyof Sides): Promise<VectorSet> {
  const [encoder, layer] = name.split(' ') as [string, EmbeddingLayer | undefined];
  if (name.endsWith('pixels')) {
    return readPixels(path.join(work, `pixels-${side}`), side === 'test' && name !== 'pixels');
  }
  const { signal } = new AbortController();
  return openVectorSet(path.join(work, `${encoder}-${side}`), layer!, signal);
}

/** Writes the vectors as they are, the pairs and the truth, and tells the similarity of each planted pair. */
async function writtenForPeers(sets: Sides, { listed, pair }: NearDuplicates, folder: string) {
  await fs.mkdir(folder, { recursive: true });
  const rows = { train: await rowsOf(sets.train), test: await rowsOf(sets.test) };
  const place = { train: placesOf(sets.train), test: placesOf(sets.test) };
  const { dim } = sets.train;
  const pairsListed = Array.from({ length: listed }, (_, at) => {
    const { image, other } = pair(at);
    return [place.train.get(image.id), place.test.get(other.id)];
  });
  const truth = planted.map(({ trainId, testId, edit }) => {
    return [place.train.get(trainId)!, place.test.get(testId)!, edit] as const;
  });
  const about = { dim, threshold: Number(threshold), pairs: pairsListed, truth };
  await fs.writeFile(path.join(folder, 'pairs.json'), JSON.stringify(about));
  for (const side of ['train', 'test'] as const) {
    await fs.writeFile(path.join(folder, `${side}.f32`), rows[side]);
  }
  return truth.map(([one, other]) => {
    return cosine(
      rows.train.subarray(one * dim, (one + 1) * dim),
      rows.test.subarray(other * dim, (other + 1) * dim),
    );
  });
}

async function rowsOf(set: VectorSet): Promise<Float32Array> {
  const rows = new Float32Array(set.count * set.dim);
  for await (const block of set.blocks()) rows.set(block.rows, block.first * set.dim);
  return rows;
}

function placesOf(set: VectorSet): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: set.count }, (_, at) => [set.id(at), at]));
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, d) => sum + value * y[d]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The most similar pairs that are not a planted copy and its image. */
function strangersOf({ listed, pair }: NearDuplicates): readonly string[] {
  const known = new Set(planted.map(({ trainId, testId }) => `${trainId} ${testId}`));
  const lines: string[] = [];
  for (let at = 0; at < listed && lines.length < 30; at += 1) {
    const { image, other, similarity } = pair(at);
    if (known.has(`${image.id} ${other.id}`)) continue;
    lines.push(`${similarity.toFixed(5)} ${image.id} ${other.id}`);
  }
  return lines;
}
