import type { ImageResize, Preprocessing } from '../../operators/image/preprocessing.ts';
import type { DoneProcessor, ProcessorSize } from './image-processors.ts';
import {
  expected,
  factorOf,
  flagOf,
  type ProcessorConfig,
  sizeOf,
  squareSide,
} from './processor-fields.ts';

type Geometry = Pick<Preprocessing, 'imageSize' | 'resize'>;

/**
 * Resize and centre crop of an image processor.
 *
 * @throws {Error} When the input is not square, or a field is not as expected.
 */
export function processorGeometry(config: ProcessorConfig, entry: DoneProcessor): Geometry {
  const cropped = cropOf(config, entry);
  if (!flagOf(config, 'do_resize', true)) {
    if (cropped === undefined) throw new Error('expected `do_resize` or `do_center_crop`');
    return { imageSize: cropped, resize: null };
  }
  const name = entry.sizeField ?? 'size';
  const squares = flagOf(config, 'default_to_square', entry.squares);
  const size = sizeOf(config, name, squares, entry.size);
  const multiple = factorOf(config, 'ensure_multiple_of', 1);
  if (entry.besides === 'convnext') return convNext(config, size, cropped);
  const resize = resizeOf(config, name, size, entry);
  if ('squash' in resize && resize.squash % multiple !== 0) {
    throw new Error(`\`ensure_multiple_of\` with \`${name}\` of another size is not supported`);
  }
  if (cropped !== undefined) return { imageSize: cropped, resize };
  if ('squash' in resize) return { imageSize: resize.squash, resize };
  throw new Error(
    `expected \`do_center_crop\` or \`${name}\` to be {"height":N,"width":N}, because only square inputs are supported`,
  );
}

function cropOf(config: ProcessorConfig, entry: DoneProcessor): number | undefined {
  const heeded = !(entry.ignores?.includes('do_center_crop') ?? false);
  if (!heeded || !flagOf(config, 'do_center_crop', entry.crops ?? false)) return undefined;
  const { cropSize: side } = entry;
  const otherwise = side === undefined ? undefined : { height: side, width: side };
  return squareSide('crop_size', sizeOf(config, 'crop_size', true, otherwise));
}

function resizeOf(
  config: ProcessorConfig,
  name: string,
  size: ProcessorSize,
  { besides }: DoneProcessor,
): ImageResize {
  // Null scales nothing.
  if (besides === 'poolformer' && config['crop_pct'] !== null) {
    const side = 'shortest_edge' in size ? size.shortest_edge : squareSide(name, size);
    return { shorterSide: Math.floor(side / factorOf(config, 'crop_pct', 0.9)) };
  }
  if (!('shortest_edge' in size)) return { squash: squareSide(name, size) };
  const { shortest_edge: edge } = size;
  return { shorterSide: besides === 'levit' ? Math.floor((256 / 224) * edge) : edge };
}

function convNext(
  config: ProcessorConfig,
  size: ProcessorSize,
  cropped: number | undefined,
): Geometry {
  if (!('shortest_edge' in size)) {
    throw expected('size', '{"shortest_edge":N}', size);
  }
  const { shortest_edge: edge } = size;
  if (cropped !== undefined && cropped !== edge) {
    throw new Error('`do_center_crop` is not supported here: the middle is cropped already');
  }
  // Large sizes are not cropped: that is how these processors are written.
  if (edge >= 384) return { imageSize: edge, resize: { squash: edge } };
  const share = factorOf(config, 'crop_pct', 224 / 256);
  return { imageSize: edge, resize: { shorterSide: Math.floor(edge / share) } };
}
