import { PipelineError } from '../../errors.ts';
import type { ModelOutput } from '../interface/engine.ts';
import { counted } from '../../message-words.ts';

/**
 * Dimension of the vectors that an output of this shape gives.
 *
 * @param dims `[rows, size]`, `[rows, size, 1, 1]`, and with pooling `[rows, tokens, size]` or
 * `[rows, size, height, width]`.
 * @throws {PipelineError} `ERR_SHAPE` when its rows are not the images, or its dimensions are not understood.
 */
export function vectorSize(
  { name, pooling }: ModelOutput,
  dims: readonly number[],
  rows: number,
): number {
  const shape = `[${dims.join(', ')}]`;
  const refuse = (why: string): PipelineError =>
    new PipelineError(
      'ERR_SHAPE',
      `Cannot make vectors of output \`${name}\` of the model, which is ${shape} for ${counted(rows, 'image')}: ${why}`,
    );
  if (dims[0] !== rows) throw otherRows(name, dims, rows);
  if (dims.includes(0)) throw refuse('it holds no values');
  const [, first = 0, second = 0] = dims;
  const spatial = dims.slice(2).reduce((product, size) => product * size, 1);
  switch (dims.length) {
    case 1:
      throw refuse('one number of an image is no vector; name another output');
    case 2:
      if (pooling === undefined) return first;
      throw refuse('there is nothing to pool, leave `pooling` out');
    case 3:
      if (pooling !== undefined) return second;
      throw refuse('say with `pooling` whether the first token is wanted (`cls`) or their `mean`');
    case 4:
      if (pooling === 'cls') throw refuse('a map has no first token, use the `mean`');
      if (pooling === 'mean' || spatial === 1) return first;
      throw refuse('say with `"pooling": "mean"` that its pixels are to be averaged');
    default:
      throw refuse(
        'expected [rows, size], [rows, tokens, size] or [rows, size, height, width], ' +
          'which classifiers without their last layer and transformers give',
      );
  }
}

/**
 * Checks that an output has the rows and the size that it had when the model was tried.
 *
 * @throws {PipelineError} `ERR_SHAPE`, naming how many rows came for how many images.
 */
export function checkRows(
  output: ModelOutput,
  dims: readonly number[],
  { rows, size }: { readonly rows: number; readonly size: number },
): void {
  const now = vectorSize(output, dims, rows);
  if (now === size) return;
  throw new PipelineError(
    'ERR_SHAPE',
    `The model returned vectors of ${now} values for ${counted(rows, 'image')} in output \`${output.name}\`, and of ${size} ` +
      'when it was tried: export it with a free batch axis',
  );
}

function otherRows(name: string, dims: readonly number[], rows: number): PipelineError {
  const returned = dims.length === 0 ? 'a single number' : counted(dims[0]!, 'row');
  return new PipelineError(
    'ERR_SHAPE',
    `The model returned ${returned} for ${counted(rows, 'image')} in output \`${name}\` ([${dims.join(', ')}]), ` +
      'so its rows are not the images: export it again with a free batch axis throughout, or with the batch fixed to 1 in its ' +
      'input, which is run image by image',
  );
}

/**
 * Pools an output into vectors, in `target` from its row `at` on.
 *
 * @param values The output, `dims` its dimensions. More rows than `rows` are left out.
 * @param size As `vectorSize` says.
 */
export function poolRows(
  { pooling, normalize = false }: ModelOutput,
  values: Float32Array,
  dims: readonly number[],
  { size, rows }: { readonly size: number; readonly rows: number },
  target: Float32Array,
  at: number,
): void {
  const vectors = target.subarray(at * size, (at + rows) * size);
  if (dims.length === 3) poolTokens(pooling === 'mean', values, dims[1]!, size, vectors);
  else if (pooling === 'mean') poolMap(values, dims[2]! * dims[3]!, vectors);
  else vectors.set(values.subarray(0, rows * size));
  if (normalize) normaliseRows(vectors, size);
}

function poolTokens(
  mean: boolean,
  values: Float32Array,
  tokens: number,
  size: number,
  vectors: Float32Array,
): void {
  const used = mean ? tokens : 1;
  for (let row = 0; row < vectors.length / size; row += 1) {
    const first = row * tokens * size;
    for (let d = 0; d < size; d += 1) {
      let sum = 0;
      for (let token = 0; token < used; token += 1) sum += values[first + token * size + d]!;
      vectors[row * size + d] = sum / used;
    }
  }
}

function poolMap(values: Float32Array, area: number, vectors: Float32Array): void {
  for (let at = 0; at < vectors.length; at += 1) {
    let sum = 0;
    for (let pixel = at * area; pixel < (at + 1) * area; pixel += 1) sum += values[pixel]!;
    vectors[at] = sum / area;
  }
}

/** L2 normalisation of rows; a row of zeros stays one. */
function normaliseRows(vectors: Float32Array, size: number): void {
  for (let first = 0; first < vectors.length; first += size) {
    let squares = 0;
    for (let at = first; at < first + size; at += 1) squares += vectors[at]! ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let at = first; at < first + size; at += 1) vectors[at]! *= scale;
  }
}
