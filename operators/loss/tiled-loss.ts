import type { LossRows } from './loss-rows.ts';
import type { LossSpec } from './loss-spec.ts';
import type { LossSums } from './batch-loss.ts';
import { lossSumLength, lossSumNames } from './loss-sums.ts';
import { tileOutputs, type TileInputs, type TileSpec } from './loss-tile.ts';
import { tilePlan } from './tile-plan.ts';

/** A compiled tile. */
export interface TileProgram {
  /** Outputs of `lossTile` by name, good until the next run. Inputs are borrowed until the promise settles. */
  run(inputs: TileInputs): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
}

/** Compiles tiles: the part of an engine that a tiled loss needs. */
export type TileCompiler = (spec: TileSpec) => Promise<TileProgram>;

/** Options of a loss over a set: the gradient and the read-outs. */
export interface TiledLossOptions {
  readonly gradient: boolean;
  readonly readouts: boolean;
  /** Progress callback after each tile: rows that have been anchors. What it throws ends the run. */
  readonly onProgress?: ((rows: number) => void) | undefined;
}

/** The loss of a set. */
export interface TiledLoss {
  /** Mean over anchors with a positive, in nats; NaN without any. */
  readonly value: number;
  /** Sums over all anchors, in float64; with `readouts` all that `lossReadouts` needs. */
  readonly sums: { readonly [name in keyof LossSums]: Float64Array };
  /** `[n, size]`: `∂value / ∂z`, 0 for rows that were left out; undefined when not wanted. */
  readonly gradient: Float32Array | undefined;
  /** `[n]`: of each anchor the mean over its positives, in nats; 0 for the other rows. */
  readonly rowLoss: Float32Array;
}

/** Computes losses of sets of any size. Keeps the last program, because batches of a run are alike. */
export interface TiledLosses {
  /** One at a time. @throws {PipelineError} As the programs do. */
  run(rows: LossRows, options: TiledLossOptions): Promise<TiledLoss>;
  release(): Promise<void>;
}

/**
 * A contrastive loss in memory linear in the rows: sorted by class, cut into blocks of anchors, each block run
 * against all rows by one program, `lossTile`.
 *
 * The sorted rows are held twice in a row, so that for every block its same-class columns and after them all others
 * are one run of rows each: views of one array, without copies. Their gradients are summed in the same way and
 * folded at the end. Memory: six arrays of the size of `z` besides `z` itself, and one tile.
 */
export function tiledLosses(compile: TileCompiler, loss: LossSpec): TiledLosses {
  let compiled: { readonly key: string; readonly program: TileProgram } | undefined;
  const release = async (): Promise<void> => {
    const program = compiled?.program;
    compiled = undefined;
    await program?.release();
  };
  const programFor = async (spec: TileSpec): Promise<TileProgram> => {
    const key = JSON.stringify(spec);
    if (compiled?.key === key) return compiled.program;
    await release();
    const program = await compile(spec);
    compiled = { key, program };
    return program;
  };
  return {
    run: (rows, options) => tiledLoss(programFor, loss, rows, options),
    release,
  };
}

async function tiledLoss(
  compile: TileCompiler,
  loss: LossSpec,
  rows: LossRows,
  { gradient, readouts, onProgress }: TiledLossOptions,
): Promise<TiledLoss> {
  const { size } = rows;
  const { order, classSizes } = sortedByClass(rows.labels);
  const n = order.length;
  const sums = emptySums(size, readouts);
  const rowLoss = new Float32Array(rows.labels.length);
  if (n === 0) {
    return {
      value: Number.NaN,
      sums,
      gradient: gradient ? new Float32Array(rows.z.length) : undefined,
      rowLoss,
    };
  }

  const plan = tilePlan(classSizes, size, { gradient });
  const shape = {
    rows: plan.rows,
    sameClass: plan.sameClass,
    otherClass: n - plan.sameClass,
    size,
  };
  const program = await compile({ loss, shape, gradient, readouts });
  const sorted = twice(order, rows);
  const gradients = new Float32Array(gradient ? 2 * n * size : 0);
  const anchors = blockBuffers(plan.rows, size);

  for (const { from, count, sameClassFrom } of plan.blocks) {
    fillBlock(anchors, sorted, { from, count, sameClassFrom, size });
    const between = (array: Float32Array, first: number, last: number): Float32Array =>
      array.subarray((sameClassFrom + first) * size, (sameClassFrom + last) * size);
    const columns = (array: Float32Array): readonly [Float32Array, Float32Array | undefined] => [
      between(array, 0, plan.sameClass),
      shape.otherClass === 0 ? undefined : between(array, plan.sameClass, n),
    ];
    const [sameClass, otherClass] = columns(sorted.z);
    const [sameClassGradient, otherClassGradient] = gradient ? columns(gradients) : [];
    const outputs = await program.run({
      ...anchors,
      sameClass,
      sameClassLabels: sorted.labels.subarray(sameClassFrom, sameClassFrom + plan.sameClass),
      otherClass,
      sameClassGradient,
      otherClassGradient,
    });
    addSums(sums, outputs);
    const ofBlock = outputs[`${tileOutputs.sums}loss`]!;
    for (let at = 0; at < count; at += 1) rowLoss[order[from + at]!] = ofBlock[at]!;
    if (gradient) {
      sameClassGradient?.set(outputs[tileOutputs.sameClass]!);
      otherClassGradient?.set(outputs[tileOutputs.otherClass]!);
      addAt(gradients, outputs[tileOutputs.anchors]!, from * size, count * size);
    }
    onProgress?.(from + count);
  }
  const count = Math.max(1, sums.anchors[0]!);
  return {
    value: sums.loss[0]! / sums.anchors[0]!,
    sums,
    gradient: gradient ? folded(gradients, order, rows, 1 / count) : undefined,
    rowLoss,
  };
}

/** Positions of rows with a known class, class by class, and how many of each class. */
function sortedByClass(labels: Int32Array): {
  readonly order: Int32Array;
  readonly classSizes: readonly number[];
} {
  const sizes = new Map<number, number>();
  for (const label of labels) {
    if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  }
  const classes = [...sizes].sort(([a], [b]) => a - b);
  const next = new Map<number, number>();
  let total = 0;
  for (const [label, size] of classes) {
    next.set(label, total);
    total += size;
  }
  const order = new Int32Array(total);
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    const at = next.get(label)!;
    order[at] = row;
    next.set(label, at + 1);
  }
  return { order, classSizes: classes.map(([, size]) => size) };
}

interface SortedRows {
  /** `[2n, size]` */
  readonly z: Float32Array;
  /** `[2n]` */
  readonly labels: Int32Array;
  /** `[n]` */
  readonly anchorMask: Float32Array;
}

function twice(order: Int32Array, { z, size, labels, anchorMask }: LossRows): SortedRows {
  const n = order.length;
  const sorted = {
    z: new Float32Array(2 * n * size),
    labels: new Int32Array(2 * n),
    anchorMask: new Float32Array(n),
  };
  for (const [at, row] of order.entries()) {
    sorted.z.set(z.subarray(row * size, (row + 1) * size), at * size);
    sorted.labels[at] = labels[row]!;
    sorted.anchorMask[at] = anchorMask === undefined ? 1 : anchorMask[row]!;
  }
  sorted.z.copyWithin(n * size, 0, n * size);
  sorted.labels.copyWithin(n, 0, n);
  return sorted;
}

type BlockBuffers = Pick<TileInputs, 'anchors' | 'labels' | 'position' | 'anchorMask'>;

function blockBuffers(rows: number, size: number): BlockBuffers {
  return {
    anchors: new Float32Array(rows * size),
    labels: new Int32Array(rows),
    position: new Int32Array(rows),
    anchorMask: new Float32Array(rows),
  };
}

function fillBlock(
  block: BlockBuffers,
  sorted: SortedRows,
  at: {
    readonly from: number;
    readonly count: number;
    readonly sameClassFrom: number;
    readonly size: number;
  },
): void {
  const { from, count, sameClassFrom, size } = at;
  block.anchors.fill(0).set(sorted.z.subarray(from * size, (from + count) * size));
  block.labels.fill(-1).set(sorted.labels.subarray(from, from + count));
  block.anchorMask.fill(0).set(sorted.anchorMask.subarray(from, from + count));
  for (let row = 0; row < block.position.length; row += 1) {
    block.position[row] = row < count ? from - sameClassFrom + row : -1;
  }
}

type Sums = Record<string, Float64Array> &
  Record<'loss' | 'anchors' | 'withoutPositive', Float64Array>;

function emptySums(size: number, readouts: boolean): Sums {
  const sums: Sums = {
    loss: new Float64Array(1),
    anchors: new Float64Array(1),
    withoutPositive: new Float64Array(1),
  };
  if (!readouts) return sums;
  for (const name of lossSumNames) {
    sums[name] = new Float64Array(lossSumLength(name, size));
  }
  return sums;
}

function addSums(sums: Sums, outputs: Readonly<Record<string, Float32Array>>): void {
  for (const [name, sum] of Object.entries(sums)) {
    const values = outputs[tileOutputs.sums + name]!;
    // A number is there for each row, a vector or a matrix for the block.
    if (sum.length === 1) for (const value of values) sum[0]! += value;
    else addAt(sum, values, 0, sum.length);
  }
}

function addAt(
  target: Float32Array | Float64Array,
  values: Float32Array,
  offset: number,
  count: number,
): void {
  for (let at = 0; at < count; at += 1) target[offset + at]! += values[at]!;
}

/** Both halves together, each row back in its place. */
function folded(
  gradients: Float32Array,
  order: Int32Array,
  { z, size }: LossRows,
  factor: number,
): Float32Array {
  const half = order.length * size;
  const result = new Float32Array(z.length);
  for (const [at, row] of order.entries()) {
    for (let d = 0; d < size; d += 1) {
      const sum = gradients[at * size + d]! + gradients[half + at * size + d]!;
      result[row * size + d] = sum * factor;
    }
  }
  return result;
}
