import { setImmediate } from 'node:timers/promises';
import type { VectorSet } from '../vectors/vector-set.ts';
import { whitenedBasis } from './between-classes.ts';
import type { ClassSums } from './class-sums.ts';
import { lengthOfRow } from '../vectors/row-length.ts';
import { classMeans, type ClassVectors, noDirection } from './class-vectors.ts';
import { rowProducts, type SharedPassOptions } from './row-products.ts';

/** Gauges of neural collapse: all are 0 where it is complete. Null where there is nothing to measure. */
export interface NeuralCollapse {
  /** Rows with a class. */
  readonly images: number;
  /** NC1: `tr(S_W S_B⁺) / C`; null of more than 1,024 classes and dimensions too. */
  readonly variability: number | null;
  /** NC1 in its cheap form: `tr S_W / tr S_B`. */
  readonly traceRatio: number | null;
  /** NC2: standard deviation of `‖µ_c − µ_G‖` over its mean. */
  readonly equinorm: number | null;
  /** NC2: mean over pairs of classes of `|cos(µ_c − µ_G, µ_c' − µ_G) + 1 / (C − 1)|`. */
  readonly equiangularity: number | null;
}

/**
 * Neural collapse of a set: how far rows have shrunk to the means of their classes (NC1), and the means have come to the
 * vertices of a simplex, equally long (NC2) and at equal angles.
 *
 * `µ_c` is the mean of class c, `µ_G` the mean of the C class means, `S_W = Σ (x − µ_y)(x − µ_y)ᵀ / rows`,
 * `S_B = Σ_c (µ_c − µ_G)(µ_c − µ_G)ᵀ / C`, `⁺` the pseudo-inverse, which takes eigenvalues up to 1e-15 of the largest
 * for 0, as NumPy's; the standard deviation is that of a sample, over C − 1, as in the code of the authors. `S_W` is
 * never formed: rows are projected on the at most C − 1 directions in which the means differ. Null of fewer than two
 * classes and of means that float32 cannot tell apart.
 *
 * Reads the set once. Memory: three arrays of float64 as large as the sums, and the smaller of classes and dimensions squared.
 *
 * @param sums Class sums of the same rows.
 * @throws The reason of `signal`, when it aborts first.
 * @see Papyan, Han and Donoho, Prevalence of neural collapse during the terminal phase of deep learning training, PNAS
 * 117(40), 2020, and their code `neuralcollapse/neuralcollapse`; Koromilas et al., arXiv:2605.20302, for contrastive losses.
 */
export async function neuralCollapse(
  set: VectorSet,
  sums: ClassSums,
  pass: SharedPassOptions = {},
): Promise<NeuralCollapse> {
  const { dim } = set;
  const images = sums.counts.reduce((all, count) => all + count, 0);
  const means = classMeans(sums, dim);
  const classes = means.present.length;
  const centred = centredOf(means, dim);
  const lengths = Float64Array.from({ length: classes }, (_, at) =>
    lengthOfRow(centred.subarray(at * dim, (at + 1) * dim)),
  );
  const between = lengths.reduce((sum, length) => sum + length * length, 0) / Math.max(1, classes);
  if (classes < 2 || !(Math.sqrt(between) > noDirection)) return { images, ...nothing };
  const basis = await whitenedBasis(centred, { classes, dim }, pass.signal);
  const { within, whitened } = await deviations(set, means, basis, pass);
  return {
    images,
    // Of `S_B⁺ / C` the C of `S_B` cancels that of the mean over classes.
    variability: whitened === null ? null : whitened / images,
    traceRatio: within / images / between,
    equinorm: variation(lengths),
    equiangularity: await unequalAngles(centred, lengths, dim, pass.signal),
  };
}

const nothing = { variability: null, traceRatio: null, equinorm: null, equiangularity: null };

/** `[classes, dim]` class means from which their mean is taken. */
export function centredOf({ present, vectors }: ClassVectors, dim: number): Float64Array {
  const centred = vectors.slice(0, present.length * dim);
  for (let d = 0; d < dim; d += 1) {
    let sum = 0;
    for (let at = d; at < centred.length; at += dim) sum += centred[at]!;
    for (let at = d; at < centred.length; at += dim) centred[at]! -= sum / present.length;
  }
  return centred;
}

/** Sums over rows of the squared distance from the mean of the class: as it is, and in the whitened space between classes. */
async function deviations(
  set: VectorSet,
  { present, vectors }: ClassVectors,
  basis: Float64Array | null,
  pass: SharedPassOptions,
): Promise<{ readonly within: number; readonly whitened: number | null }> {
  const { dim, labels } = set;
  const width = (basis?.length ?? 0) / dim;
  const places = new Int32Array(set.classes.length).fill(-1);
  present.forEach((label, at) => (places[label] = at));
  const projected = projections(vectors, basis ?? new Float64Array(0), present.length, dim);
  let [within, whitened] = [0, 0];
  await rowProducts(
    set,
    basis ?? new Float64Array(0),
    ({ position, row, products }) => {
      const label = labels[position]!;
      if (label < 0) return;
      const at = places[label]!;
      for (let d = 0; d < dim; d += 1) within += (row[d]! - vectors[at * dim + d]!) ** 2;
      for (let j = 0; j < width; j += 1)
        whitened += (products[j]! - projected[at * width + j]!) ** 2;
    },
    pass,
  );
  return { within, whitened: basis === null ? null : whitened };
}

/** `[classes, width]` products of class means and basis. */
function projections(
  vectors: Float64Array,
  basis: Float64Array,
  classes: number,
  dim: number,
): Float64Array {
  const width = basis.length / dim;
  const projected = new Float64Array(classes * width);
  for (let at = 0; at < classes; at += 1) {
    for (let j = 0; j < width; j += 1) {
      let sum = 0;
      for (let d = 0; d < dim; d += 1) sum += vectors[at * dim + d]! * basis[j * dim + d]!;
      projected[at * width + j] = sum;
    }
  }
  return projected;
}

/** Coefficient of variation. */
function variation(lengths: Float64Array): number {
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const squares = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0);
  return Math.sqrt(squares / (lengths.length - 1)) / mean;
}

/** Null when a class mean lies at the mean of all: it has no angle with the others. */
async function unequalAngles(
  centred: Float64Array,
  lengths: Float64Array,
  dim: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const classes = lengths.length;
  if (lengths.some((length) => !(length > noDirection))) return null;
  let sum = 0;
  for (let a = 0; a < classes; a += 1) {
    if (a % 64 === 0) await setImmediate();
    signal?.throwIfAborted();
    for (let b = a + 1; b < classes; b += 1) {
      let product = 0;
      for (let d = 0; d < dim; d += 1) product += centred[a * dim + d]! * centred[b * dim + d]!;
      sum += Math.abs(product / (lengths[a]! * lengths[b]!) + 1 / (classes - 1));
    }
  }
  return (2 * sum) / (classes * (classes - 1));
}
