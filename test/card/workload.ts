/** What is measured in one row of the table. */
export type Workload =
  | {
      readonly what: 'step' | 'inference';
      /** Such as `resnet50:imagenet`. */
      readonly encoder: string;
      /** Views of a step, images of an inference; a step has two views of each image. */
      readonly rows: number;
      readonly imageSize: number;
    }
  | { readonly what: 'loss'; readonly rows: number }
  | {
      readonly what: 'loop';
      readonly encoder: string;
      readonly images: number;
      readonly views: number;
      readonly imageSize: number;
    };

/** A row of vectors of the loss, and the classes that they are of. */
export const lossSize = 128;
export const lossClasses = 10;

/** Most important first: what comes last is what time may not suffice for. */
export const cardWorkloads: readonly Workload[] = [
  { what: 'step', encoder: 'resnet18', rows: 256, imageSize: 32 },
  { what: 'step', encoder: 'resnet50:imagenet', rows: 64, imageSize: 224 },
  { what: 'loss', rows: 4096 },
  { what: 'loss', rows: 16_384 },
  { what: 'loop', encoder: 'resnet18', images: 128, views: 2, imageSize: 32 },
  { what: 'inference', encoder: 'resnet18', rows: 256, imageSize: 32 },
  { what: 'inference', encoder: 'resnet50:imagenet', rows: 64, imageSize: 224 },
  { what: 'loss', rows: 65_536 },
  { what: 'step', encoder: 'resnet18:imagenet', rows: 64, imageSize: 224 },
  { what: 'step', encoder: 'resnet50', rows: 256, imageSize: 32 },
  { what: 'inference', encoder: 'resnet18:imagenet', rows: 64, imageSize: 224 },
  { what: 'inference', encoder: 'resnet50', rows: 256, imageSize: 32 },
];

/** The same in sizes that a processor can do: to try the check itself. */
export const smallWorkloads: readonly Workload[] = [
  { what: 'step', encoder: 'resnet18', rows: 8, imageSize: 16 },
  { what: 'step', encoder: 'resnet50:imagenet', rows: 4, imageSize: 64 },
  { what: 'loss', rows: 256 },
  { what: 'loss', rows: 512 },
  { what: 'loop', encoder: 'resnet8', images: 8, views: 2, imageSize: 16 },
  { what: 'inference', encoder: 'resnet18', rows: 8, imageSize: 16 },
  { what: 'inference', encoder: 'resnet50:imagenet', rows: 4, imageSize: 64 },
  { what: 'loss', rows: 1024 },
];

/** The smallest, for software that stands in for a card: it takes minutes for one step of the others. */
export const tinyWorkloads: readonly Workload[] = [
  { what: 'step', encoder: 'resnet8', rows: 8, imageSize: 8 },
  { what: 'step', encoder: 'resnet8:imagenet', rows: 4, imageSize: 32 },
  { what: 'loss', rows: 128 },
  { what: 'loss', rows: 256 },
  { what: 'loop', encoder: 'resnet8', images: 4, views: 2, imageSize: 8 },
  { what: 'inference', encoder: 'resnet8', rows: 8, imageSize: 8 },
  { what: 'inference', encoder: 'resnet8:imagenet', rows: 4, imageSize: 32 },
  { what: 'loss', rows: 512 },
];

/** What a row is called. */
export function workloadTitle(work: Workload): string {
  if (work.what === 'loss') return `SINCERE, forward and backward, N = ${work.rows}`;
  const network = networkTitle(work.encoder);
  if (work.what !== 'loop') return `${work.what}, ${network}, ${work.rows} × ${work.imageSize} px`;
  const batch = `${work.images} × ${work.views} views of ${work.imageSize} px`;
  return `waiting in a training loop, ${network}, ${batch}`;
}

function networkTitle(encoder: string): string {
  const [name = '', stem] = encoder.split(':');
  const title = name.replace('resnet', 'ResNet-');
  return stem === undefined ? title : `${title} (ImageNet stem)`;
}

/** The next smaller size to try where memory was short: half, down to an eighth of the first. None of what cannot shrink. */
export function smallerWork(work: Workload, first: Workload): Workload | undefined {
  if (work.what === 'loop' || work.what === 'loss') return undefined;
  const rows = work.rows / 2;
  const least = 'rows' in first ? first.rows / 8 : rows;
  // A step has at least two images of two views.
  return Number.isInteger(rows) && rows >= Math.max(4, least) ? { ...work, rows } : undefined;
}
