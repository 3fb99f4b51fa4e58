import { type Interpolation, interpolations } from '../../operators/image/resample-filters.ts';
import { eitherOf } from '../../operators/message-words.ts';
import { isObject } from '../../operators/files/json.ts';
import type { TranslatedProcessor } from './translated-processor.ts';
import { imagenet } from './image-processors.ts';
import {
  channelsOf,
  expected,
  factorOf,
  type ProcessorConfig,
  textOf,
} from './processor-fields.ts';

/**
 * Evaluation transform of a model of timm, from the `pretrained_cfg` of its `config.json`: resizes with Pillow, crops
 * the middle as torchvision does.
 *
 * @throws {Error} Saying what is not understood.
 * @see https://github.com/huggingface/pytorch-image-models, `timm/data/config.py` and `transforms_factory.py`.
 */
export function fromTimm(config: unknown): TranslatedProcessor {
  if (!isObject(config)) throw expected('pretrained_cfg', 'an object', config);
  const interpolation = textOf(config, 'interpolation') ?? 'bicubic';
  // Its names are Pillow's.
  if (!interpolations.includes(interpolation as Interpolation)) {
    throw expected('interpolation', eitherOf(interpolations), interpolation);
  }
  const side = sideOf(config);
  const scaled = Math.floor(side / factorOf(config, 'crop_pct', 0.875));
  return {
    fields: {
      imageSize: side,
      resize: squashes(config) ? { squash: scaled } : { shorterSide: scaled },
      interpolation,
      rounding: '8bit',
      middle: 'torchvision',
      rescale: 1 / 255,
      mean: channelsOf(config, 'mean', imagenet.mean),
      std: channelsOf(config, 'std', imagenet.std),
      channels: 'rgb',
    },
    notes: [],
  };
}

function sideOf(config: ProcessorConfig): number {
  const size = config['input_size'] ?? [3, 224, 224];
  const [channels, height, width]: readonly unknown[] = Array.isArray(size) ? size : [];
  const isSquare = channels === 3 && height === width && Number.isInteger(height);
  if (isSquare && Number(height) >= 1) return Number(height);
  throw expected('input_size', '[3,N,N], a square of three channels', size);
}

function squashes(config: ProcessorConfig): boolean {
  const mode = textOf(config, 'crop_mode') ?? 'center';
  if (mode === 'center' || mode === 'squash') return mode === 'squash';
  throw expected('crop_mode', '`center` or `squash`', mode);
}
