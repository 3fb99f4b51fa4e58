import { counted, shownName } from '../../operators/message-words.ts';
import type { EncoderSession, Engine } from '../../operators/engine/interface/engine.ts';
import { weightShapes } from '../../operators/model/weight-shapes.ts';
import type { Dataset } from '../../operators/types.ts';
import type { EmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import type { RunConfig } from './run-config.ts';

/** The images that a run begins with: how many, of which classes, the smallest and the largest of them. */
export function foundImages(dataset: Dataset): string {
  const { name, count, classes } = dataset;
  const images = counted(count, 'image');
  if (classes.length === 0) return `${name}: ${images} without classes`;
  const sizes = classSizes(dataset);
  const all = counted(classes.length, 'class', 'classes');
  const some = sizes.length === classes.length ? all : `${counted(sizes.length)} of ${all}`;
  return `${name}: ${images} of ${some}${shownSizes(dataset, sizes)}`;
}

interface ClassSize {
  readonly label: number;
  readonly images: number;
}

/** Of the classes that have images, the smallest first. */
function classSizes(dataset: Dataset): readonly ClassSize[] {
  const images = new Uint32Array(dataset.classes.length);
  for (let position = 0; position < dataset.count; position += 1) {
    const { label } = dataset.sample(position);
    if (label !== null) images[label]! += 1;
  }
  return Array.from(images, (images, label) => ({ label, images }))
    .filter(({ images }) => images > 0)
    .toSorted((one, other) => one.images - other.images);
}

/** Such as `, 8 each` or `, from 1 (rare) to 4 (cat)`. */
function shownSizes({ classes }: Dataset, sizes: readonly ClassSize[]): string {
  const [least, most] = [sizes[0], sizes.at(-1)];
  if (least === undefined || most === undefined || sizes.length < 2) return '';
  if (least.images === most.images) return `, ${counted(least.images)} each`;
  const shown = ({ label, images }: ClassSize): string =>
    `${counted(images)} (${shownName(classes[label]!)})`;
  return `, from ${shown(least)} to ${shown(most)}`;
}

/** The work of a training run: network, parameters, steps, engine. */
export function trainingOpening(
  { encoder, data, batchSize, steps }: RunConfig,
  engine: Pick<Engine, 'name' | 'device'>,
  startAt: number,
): string {
  let parameters = 0;
  for (const { shape, role } of weightShapes(encoder).values()) {
    if (role === 'parameter') parameters += shape.reduce((product, size) => product * size, 1);
  }
  const perEpoch = counted(Math.ceil(data.images / batchSize));
  const from = startAt === 0 ? '' : `from step ${counted(startAt)} of `;
  const network = `${encoder.architecture}, ${counted(parameters)} parameters`;
  return `training ${network}: ${from}${counted(steps, 'step')}, ${perEpoch} an epoch; ${computing(engine)}`;
}

/** The work of an export: model, images that are left, sizes of the vectors, engine. */
export function exportOpening(
  model: string,
  { positions, left: ranges }: EmbeddingsFolder,
  { embeddingSize, projectionSize }: EncoderSession,
  engine: Pick<Engine, 'name' | 'device'>,
): string {
  const left = ranges.reduce((sum, { from, end }) => sum + end - from, 0);
  const images =
    left === positions
      ? counted(left, 'image')
      : `${counted(left)} of ${counted(positions, 'image')}`;
  const vectors = [
    ...(embeddingSize > 0 ? [`embedding ${counted(embeddingSize)}`] : []),
    ...(projectionSize > 0 ? [`projection ${counted(projectionSize)}`] : []),
  ].join(', ');
  return `encoding ${images} with ${model}: ${vectors}; ${computing(engine)}`;
}

function computing({ name, device }: Pick<Engine, 'name' | 'device'>): string {
  return `on ${name} (${device})`;
}
