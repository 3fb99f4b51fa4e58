import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodePixels } from '../../operators/image/decode-pixels.ts';
import type { Preprocessing } from '../../operators/image/preprocessing.ts';
import type { RgbImage } from '../../operators/types.ts';
import type { ModelSidecar } from '../../outputs/model/model-sidecar.ts';
import { fixture } from './project.ts';

/** What Python made of the images of `test/fixtures/models`: see `make.py` there. */
export interface ModelFixtures {
  readonly origin: string;
  /** Pipeline → image → `[32, 32, 3]` bytes, in base64. */
  readonly pixels: Readonly<Record<FixturePipeline, Readonly<Record<string, string>>>>;
  readonly features: {
    readonly resnet: Readonly<Record<string, readonly number[]>>;
    /** Of length 1. */
    readonly clip: Readonly<Record<string, readonly number[]>>;
    readonly tokens: Readonly<
      Record<string, { readonly cls: readonly number[]; readonly mean: readonly number[] }>
    >;
  };
}

export type FixturePipeline = 'resnet' | 'clip' | 'squash' | 'border';

export const fixtureImages: readonly string[] = ['small.png', 'tall.png', 'thin.jpg', 'wide.jpg'];

export function fixturePath(name: string): string {
  return fileURLToPath(fixture(`models/${name}`));
}

export async function readModelFixtures(): Promise<ModelFixtures> {
  return JSON.parse(await fs.readFile(fixturePath('expected.json'), 'utf8')) as ModelFixtures;
}

export async function fixtureImage(name: string): Promise<RgbImage> {
  return await decodePixels(await fs.readFile(fixturePath(name)));
}

/** Leaves bytes as they are. */
export const plainBytes: Preprocessing = {
  imageSize: 32,
  resize: null,
  interpolation: 'bilinear',
  rounding: '8bit',
  middle: 'torchvision',
  rescale: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: 'rgb',
  layout: 'NHWC',
  shrinkOnLoad: false,
};

/** What the pipelines of `make.py` do to pixels. */
export const fixturePipelines: Readonly<Record<FixturePipeline, Partial<Preprocessing>>> = {
  resnet: { resize: { shorterSide: 36 } },
  clip: { resize: { shorterSide: 32 }, interpolation: 'bicubic' },
  squash: { resize: { squash: 32 } },
  border: { resize: { shorterSide: 11 }, interpolation: 'bicubic' },
};

type SidecarFields = Pick<ModelSidecar, 'imageSize' | 'resize' | 'mean' | 'std'>;

export const imagenetSidecar: SidecarFields = {
  imageSize: 32,
  resize: { shorterSide: 36 },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

export const clipSidecar: SidecarFields & Pick<ModelSidecar, 'interpolation'> = {
  imageSize: 32,
  resize: { shorterSide: 32 },
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};
