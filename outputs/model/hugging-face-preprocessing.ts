import { nearestWord } from '../../operators/nearest-word.ts';
import type { Interpolation } from '../../operators/image/resample-filters.ts';
import type { Rgb } from '../../operators/image/recipe-steps.ts';
import { type DoneProcessor, imageProcessors, quirks, refusals } from './image-processors.ts';
import {
  channelsOf,
  expected,
  factorOf,
  flagOf,
  type ProcessorConfig,
  textOf,
} from './processor-fields.ts';
import { processorGeometry } from './processor-geometry.ts';
import { fromTimm } from './timm-preprocessing.ts';
import type { TranslatedProcessor } from './translated-processor.ts';

/**
 * Preprocessing of an image processor of Hugging Face's transformers, in the fields of our sidecar.
 *
 * It is that of version 5, on torchvision, which is what `AutoImageProcessor` takes there. `imageProcessors` lists what is
 * understood. What else a processor may do is refused, not left out.
 *
 * @param given As in `preprocessor_config.json`, or the `config.json` of a model of timm.
 * @throws {Error} Saying what is not understood.
 */
export function fromHuggingFace(given: ProcessorConfig): TranslatedProcessor {
  if ((given['pretrained_cfg'] ?? undefined) !== undefined)
    return fromTimm(given['pretrained_cfg']);
  const { name, entry } = processorOf(given);
  refuseSwitches(given, name, entry);
  const { rescales, normalises } = switches(given, entry);
  const fields = {
    ...processorGeometry(given, entry),
    interpolation: interpolation(given, entry),
    // Bytes are resized as bytes, fractions as fractions.
    rounding: entry.besides === 'dinov3' && rescales ? 'none-torch' : '8bit-torch',
    middle: 'transformers-5',
    rescale: rescales ? factorOf(given, 'rescale_factor', entry.factor ?? 1 / 255) : 1,
    ...normalisation(given, entry, { rescales, normalises }),
    channels: flips(given, entry) ? 'bgr' : 'rgb',
  };
  return { fields, notes: notesOf(given, name, entry) };
}

/** A processor, as its configuration names it. */
interface NamedProcessor {
  /** Undefined when the configuration names none. */
  readonly name: string | undefined;
  readonly entry: DoneProcessor;
}

/** What a configuration without a type is taken for. Its numbers have to be there. */
const generic = { resample: 2 } as const;

function processorOf(config: ProcessorConfig): NamedProcessor {
  const before = textOf(config, 'feature_extractor_type');
  const name =
    textOf(config, 'image_processor_type') ?? before?.replace('FeatureExtractor', 'ImageProcessor');
  if (name === undefined) return { name, entry: genericEntry(config) };
  const known = name.replace(/(?:Fast|Pil)$/u, '');
  const entry = Object.hasOwn(imageProcessors, known) ? imageProcessors[known] : undefined;
  if (entry === undefined) throw new Error(unknownType(name, known));
  if ('refused' in entry) {
    throw new Error(`\`${name}\` is not supported: it ${refusals[entry.refused]}. ${wayOut}`);
  }
  if (entry.besides === 'timm') throw expected('pretrained_cfg', 'an object', undefined);
  return { name, entry };
}

const wayOut =
  'If the model takes square images of one size, say how in a JSON file of its own beside it';

function unknownType(name: string, known: string): string {
  const meant = nearestWord(known, Object.keys(imageProcessors));
  const hint = meant === undefined ? '.' : `; did you mean \`${meant}\`?`;
  return `\`image_processor_type\` \`${name}\` is not known${hint} ${wayOut}`;
}

function genericEntry(config: ProcessorConfig): DoneProcessor {
  const crops = flagOf(config, 'do_center_crop', (config['crop_size'] ?? undefined) !== undefined);
  // A number alone used to mean the shorter side where the middle was cropped, and both sides elsewhere.
  return { ...generic, crops, squares: !crops };
}

/** Switches that change nothing about the pixels of an RGB image, or are read elsewhere. */
const harmless = new Set([
  'do_resize',
  'do_center_crop',
  'do_rescale',
  'do_normalize',
  'do_convert_rgb',
  'do_reduce_labels',
  'do_convert_annotations',
]);

/** Fields that only some processors know, besides those that begin with `do_`. */
const special: Readonly<Record<string, readonly DoneProcessor['besides'][]>> = {
  do_flip_channel_order: ['mobilevit'],
  rescale_offset: ['efficientnet'],
  include_top: ['efficientnet'],
  crop_pct: ['convnext', 'poolformer'],
  crop_to_patches: [],
  keep_aspect_ratio: [],
  use_square_size: [],
};

/** @throws {Error} Naming a switch that is on and not done. */
function refuseSwitches(
  config: ProcessorConfig,
  name: string | undefined,
  { besides }: DoneProcessor,
): void {
  for (const [field, value] of Object.entries(config)) {
    if (value === false || value === null || harmless.has(field)) continue;
    const knowing = special[field];
    if (knowing === undefined && !field.startsWith('do_')) continue;
    if (knowing?.includes(besides) === true) continue;
    if (field !== 'crop_pct') flagOf(config, field, false);
    const whose = name === undefined ? 'without `image_processor_type`' : `of \`${name}\``;
    throw new Error(`\`${field}\` ${whose} is not supported`);
  }
}

interface Switches {
  readonly rescales: boolean;
  readonly normalises: boolean;
}

function switches(config: ProcessorConfig, entry: DoneProcessor): Switches {
  const { rescales = true, normalises = true, ignores = [] as readonly string[] } = entry;
  const isOn = (name: string, otherwise: boolean): boolean =>
    ignores.includes(name) ? otherwise : flagOf(config, name, otherwise);
  return { rescales: isOn('do_rescale', rescales), normalises: isOn('do_normalize', normalises) };
}

/** Numbers of Pillow's filters. */
const filters = [
  'nearest',
  'lanczos',
  'bilinear',
  'bicubic',
  'box',
  'hamming',
] as const satisfies readonly Interpolation[];

function interpolation(config: ProcessorConfig, entry: DoneProcessor): string {
  const resample = config['resample'] ?? entry.resample;
  const filter = typeof resample === 'number' ? filters[resample] : undefined;
  if (filter === undefined) throw expected('resample', 'a number from 0 to 5', resample);
  if (filter === 'box' || filter === 'hamming') {
    const way = `{"interpolation":"${filter}","rounding":"8bit"} in a JSON file of the model’s own`;
    throw new Error(
      `\`resample\` ${filters.indexOf(filter)} (${filter}) is Pillow’s alone, transformers 5 does not run it: write ${way}`,
    );
  }
  return filter;
}

/** What is subtracted and divided by, with what EfficientNets do besides. */
function normalisation(
  config: ProcessorConfig,
  entry: DoneProcessor,
  { rescales, normalises }: Switches,
): { readonly mean: Rgb; readonly std: Rgb } {
  const isEfficientNet = entry.besides === 'efficientnet';
  const again = isEfficientNet && flagOf(config, 'include_top', true);
  const offset = isEfficientNet && rescales && flagOf(config, 'rescale_offset', false) ? 1 : 0;
  const mean = normalises ? channelsOf(config, 'image_mean', entry.mean) : zeros;
  const given = normalises || again ? channelsOf(config, 'image_std', entry.std) : ones;
  if (again && !normalises && !rescales) {
    throw new Error('`include_top` without `do_rescale` and `do_normalize` is not supported');
  }
  if (entry.besides === 'dinov3' && normalises && !rescales) {
    throw new Error('`do_normalize` without `do_rescale` is not supported');
  }
  return {
    mean: mapRgb(mean, (value) => value + offset),
    std: again && normalises ? mapRgb(given, (value) => value * value) : given,
  };
}

const zeros: Rgb = [0, 0, 0];
const ones: Rgb = [1, 1, 1];

function mapRgb([red, green, blue]: Rgb, map: (value: number) => number): Rgb {
  return [map(red), map(green), map(blue)];
}

function flips(config: ProcessorConfig, { besides }: DoneProcessor): boolean {
  if (besides === 'layoutlmv2') return true;
  return besides === 'mobilevit' && flagOf(config, 'do_flip_channel_order', true);
}

function notesOf(
  config: ProcessorConfig,
  name: string | undefined,
  entry: DoneProcessor,
): readonly string[] {
  if (name === undefined) {
    return [
      'it names no `image_processor_type`; taken for one that resizes, crops the middle, rescales and normalises',
    ];
  }
  const { ignores = [], besides, crops = false, rescales = true, normalises = true } = entry;
  const usual = { do_resize: true, do_center_crop: crops, do_rescale: rescales };
  const defaults = { ...usual, do_normalize: normalises };
  const off = Object.entries(defaults).flatMap(([field, on]) =>
    on && config[field] === null ? [`\`${field}\` is null, which is off in transformers 5`] : [],
  );
  const left = ignores.filter((field) => config[field] === true).map((field) => `\`${field}\``);
  if (left.length === 0) return off;
  const why = besides === undefined ? '' : ` (${quirks[besides]})`;
  return [
    ...off,
    `\`${name}\` does not heed ${left.join(', ')} in transformers 5${why}; left out here too`,
  ];
}
