import type { EncodedRows, EncoderSession } from '../../operators/engine/interface/engine.ts';
import {
  type NeighbourAgreement,
  neighbourAgreement,
} from '../../operators/evaluation/comparison/neighbour-agreement.ts';
import {
  type VectorAgreement,
  vectorAgreement,
} from '../../operators/evaluation/comparison/vector-agreement.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { vectorFault } from '../../operators/vector-fault.ts';
import type { DrawnInputs } from './drawn-inputs.ts';
import { joinedRows } from './joined-rows.ts';

/** Neighbours that vote. */
export const trialNeighbours = 5;

/** Labelled images below which a k-NN accuracy says nothing of a fifth of a point. */
export const leastLabelled = 1000;

/** Result of a trial on one layer. */
export interface LayerTrial {
  readonly layer: EmbeddingLayer;
  readonly cosine: VectorAgreement;
  /** Null where fewer than `leastLabelled` images have a class, or all the same one. */
  readonly neighbours: NeighbourAgreement | null;
}

/** Result of a trial: int8 beside float32 on the same images. */
export interface Int8Trial {
  readonly images: number;
  readonly layers: readonly LayerTrial[];
  /** Processor time of float32 over that of int8: medians of the batches, taken in turns. */
  readonly speedup: number;
}

/** Means of a trial. */
export interface Int8TrialOptions {
  readonly float32: EncoderSession;
  readonly int8: EncoderSession;
  readonly layers: readonly EmbeddingLayer[];
  readonly classes: readonly string[];
  /** Runs `work` on the images of the trial, batch after batch. */
  readonly inputs: (work: (inputs: DrawnInputs) => Promise<void>) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Processor time of this process, in microseconds. @default process.cpuUsage */
  readonly clock?: (() => number) | undefined;
}

interface Encoded {
  readonly rows: EncodedRows;
  readonly time: number;
}

/**
 * Encodes images in float32 and in int8, batch by batch in turns, and compares vectors and times.
 *
 * Time is that of all threads of this process on the processor: it does not depend on what else the machine does, and
 * where images are decoded beside it, it is what bounds an export.
 */
export async function tryInt8(options: Int8TrialOptions): Promise<Int8Trial> {
  const { float32, int8, layers, inputs, clock = processorTime } = options;
  const batches: { readonly float32: Encoded; readonly int8: Encoded }[] = [];
  const labels: number[] = [];
  const encoded = async (session: EncoderSession, pixels: Float32Array): Promise<Encoded> => {
    const before = clock();
    const rows = await session.run(pixels);
    return { rows, time: clock() - before };
  };
  await inputs(async ({ samples, pixels }) => {
    const copy = pixels.slice();
    for (const { label } of samples) labels.push(label ?? -1);
    if (batches.length % 2 === 0) {
      const exact = await encoded(float32, copy);
      batches.push({ float32: exact, int8: await encoded(int8, pixels) });
    } else {
      const near = await encoded(int8, copy);
      batches.push({ float32: await encoded(float32, pixels), int8: near });
    }
  });
  const tried: LayerTrial[] = [];
  for (const layer of layers) {
    const of = (kind: 'float32' | 'int8'): Float32Array =>
      joinedRows(batches.map((batch) => batch[kind].rows[layer]));
    const compared = { reference: of('float32'), approximation: of('int8'), labels };
    const size = compared.reference.length / labels.length;
    const cosine = vectorAgreement(compared.reference, compared.approximation, size);
    tried.push({ layer, cosine, neighbours: await neighbours(compared, size, options) });
  }
  // The first batch of each pays for what is made once.
  const timed = batches.length > 1 ? batches.slice(1) : batches;
  const time = (kind: 'float32' | 'int8'): number => median(timed.map((batch) => batch[kind].time));
  return { images: labels.length, layers: tried, speedup: time('float32') / time('int8') };
}

interface LabelledRows {
  readonly reference: Float32Array;
  readonly approximation: Float32Array;
  readonly labels: readonly number[];
}

async function neighbours(
  { reference, approximation, labels }: LabelledRows,
  dim: number,
  { classes, signal }: Int8TrialOptions,
): Promise<NeighbourAgreement | null> {
  const isUsable = (rows: Float32Array, at: number): boolean =>
    vectorFault(rows, at * dim, dim) === undefined;
  const usable = [...labels.keys()].filter(
    (at) => labels[at]! >= 0 && isUsable(reference, at) && isUsable(approximation, at),
  );
  const kept = Int32Array.from(usable, (at) => labels[at]!);
  if (kept.length < leastLabelled || new Set(kept).size < 2) return null;
  const rowsOf = (rows: Float32Array): Float32Array =>
    joinedRows(usable.map((at) => rows.subarray(at * dim, (at + 1) * dim)));
  return await neighbourAgreement(
    {
      labels: kept,
      classes,
      reference: rowsOf(reference),
      approximation: rowsOf(approximation),
      dim,
    },
    { k: trialNeighbours, signal },
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
