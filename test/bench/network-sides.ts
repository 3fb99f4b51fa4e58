import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { initialWeights } from '../../operators/model/initial-weights.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import type { StemName } from '../../operators/model/stems.ts';
import type { EncoderName } from '../../operators/model/encoders.ts';
import { writeSafetensors } from '../../outputs/run/write-safetensors.ts';
import { patternedBatch } from '../helpers/batches.ts';
import {
  type AnsweringProcess,
  answeringProcess,
  ourSide,
  peerEnvironment,
} from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { median } from './median.ts';

/** One turn of a side. */
export interface NetworkRequest {
  readonly what: 'step' | 'infer';
  /** Such as `resnet18` or `resnet18:imagenet`. */
  readonly encoder: string;
  /** Views of a step, images of an inference. */
  readonly rows: number;
  readonly imageSize: number;
  /** Holds `weights.safetensors`, `pixels.f32` and `labels.i32`. */
  readonly folder: string;
  /** At least so many times, and for so long. */
  readonly count: number;
  readonly seconds: number;
}

/** What came of it. */
export interface NetworkAnswer {
  readonly ms: readonly number[];
  readonly cpuMs: readonly number[];
  /** Of the first time: the loss, or the embedding of the first image. */
  readonly values: readonly number[];
  readonly peakMb: number;
}

/** What is compared, in which sizes. */
export type NetworkCase = Pick<NetworkRequest, 'what' | 'encoder' | 'rows' | 'imageSize'>;

/** How one side did. */
export interface NetworkResult {
  readonly name: string;
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly firstMs: number;
  /** Rows a second at the median. */
  readonly rate: number;
  /** Time of this side over ours: above 1 where ours is faster. */
  readonly ratio: number;
  readonly peakMb: number;
  readonly coresUsed: number;
  /** Largest difference to our values, over the largest of them. */
  readonly difference: number;
  readonly settings: object;
}

export interface NetworkOptions {
  readonly built: URL;
  /** Variants of the peer: `default`, `channels_last`, `frozen`. None measures ours alone. */
  readonly variants: readonly string[];
  readonly python: string;
  readonly threads: number;
  readonly keepFreed: boolean;
  readonly rounds: number;
  readonly seconds: number;
}

/** What the command lines of both benchmarks share, for `parseArgs`. */
export const sharedOptions = {
  rounds: { type: 'string', default: '3' },
  size: { type: 'string', default: '32' },
  threads: { type: 'string' },
  'keep-freed': { type: 'boolean', default: false },
  python: { type: 'string', default: 'python3' },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** How to measure, as a command line says. Builds the package. */
export async function networkOptions(values: {
  readonly rounds: string;
  readonly seconds: string;
  readonly threads?: string | undefined;
  readonly 'keep-freed': boolean;
  readonly python: string;
  readonly only?: string | undefined;
  readonly variants: string;
}): Promise<NetworkOptions> {
  return {
    built: await builtPackage(),
    variants: values.only === 'ours' ? [] : values.variants.split(','),
    python: values.python,
    threads: values.threads === undefined ? availableCores() : Number(values.threads),
    keepFreed: values['keep-freed'],
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
  };
}

/** The encoder of a benchmark by its name: `resnet8`, `resnet8:w4` with four times the channels, `resnet18:imagenet`. */
export function encoderOf(name: string): EncoderSpec {
  const [architecture, detail = 'cifar'] = name.split(':');
  const width = /^w\d+$/u.test(detail) ? Number(detail.slice(1)) : undefined;
  const stem = width === undefined ? detail : 'cifar';
  // Names that are none are refused when the network is planned.
  const network = { architecture: architecture as EncoderName, stem: stem as StemName, width };
  return { ...network, head: 'mlp', projectionSize: 128 };
}

/** A case of steps, such as `resnet18:imagenetx32`: an encoder and a number of views. */
export function stepCase(text: string): Pick<NetworkCase, 'encoder' | 'rows'> {
  const [, encoder, views] = /^(.+)x(\d+)$/u.exec(text) ?? [];
  if (encoder === undefined)
    throw new Error(`Expected a case such as \`resnet8x256\`, got ${text}`);
  return { encoder, rows: Number(views) };
}

/**
 * Ours and the variants of the peer on the same weights and pixels, each in a process of its own, in turns. The first
 * turn warms up and is where values are compared.
 */
export async function measuredNetwork(
  network: NetworkCase,
  options: NetworkOptions,
): Promise<readonly NetworkResult[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
  const sides: Side[] = [];
  try {
    await writeInputs(network, folder);
    sides.push(...(await openedSides(options)));
    for (let round = 0; round <= options.rounds; round += 1) {
      const [count, seconds] = round === 0 ? [2, 0] : [2, options.seconds];
      for (const side of sides) {
        const answer = await side.process.ask({ ...network, folder, count, seconds });
        if (round === 0) side.first = answer;
        else {
          side.ms.push(...answer.ms);
          side.cpuMs.push(...answer.cpuMs);
        }
        side.peakMb = answer.peakMb;
      }
    }
    return sides.map((side) => resultOf(side, sides[0]!, network.rows));
  } finally {
    for (const { process } of sides) process.end();
    await fs.rm(folder, { recursive: true });
  }
}

interface Side {
  readonly name: string;
  readonly process: AnsweringProcess<object, NetworkAnswer>;
  readonly ms: number[];
  readonly cpuMs: number[];
  first: NetworkAnswer | undefined;
  peakMb: number;
}

async function openedSides(options: NetworkOptions): Promise<Side[]> {
  const { built, variants, python, keepFreed } = options;
  const threads = String(options.threads);
  const script = fileURLToPath(new URL('network_peer.py', import.meta.url));
  const opened = answeringProcess<object, NetworkAnswer>;
  const env = peerEnvironment(keepFreed);
  const side = (name: string, process: Side['process']): Side => ({
    name,
    process,
    ms: [],
    cpuMs: [],
    first: undefined,
    peakMb: 0,
  });
  const ours = ourSide('network-worker.ts', built, [threads]);
  return [
    side('ours', await opened(process.execPath, ours)),
    ...(await Promise.all(
      variants.map(async (variant) =>
        side(`PyTorch ${variant}`, await opened(python, [script, variant, threads], env)),
      ),
    )),
  ];
}

/** What both sides read: weights, pixels and labels. */
export async function writeInputs(
  network: Omit<NetworkCase, 'what'>,
  folder: string,
): Promise<void> {
  const { rows, imageSize } = network;
  const weights = initialWeights(encoderOf(network.encoder), 0);
  await writeSafetensors(path.join(folder, 'weights.safetensors'), weights);
  const { pixels, labels } = patternedBatch({ images: rows / 2, views: 2, imageSize }, 0);
  await fs.writeFile(path.join(folder, 'pixels.f32'), new Uint8Array(pixels.buffer));
  await fs.writeFile(path.join(folder, 'labels.i32'), new Uint8Array(labels.buffer));
}

function resultOf(side: Side, ours: Side, rows: number): NetworkResult {
  const medianMs = median(side.ms);
  return {
    name: side.name,
    medianMs,
    fastestMs: Math.min(...side.ms),
    firstMs: side.first!.ms[0]!,
    rate: (1000 * rows) / medianMs,
    ratio: medianMs / median(ours.ms),
    peakMb: side.peakMb,
    coresUsed: median(side.cpuMs) / medianMs,
    difference: difference(side.first!.values, ours.first!.values),
    settings: side.process.described,
  };
}

function difference(values: readonly number[], ours: readonly number[]): number {
  const largest = Math.max(...ours.map(Math.abs));
  return Math.max(...ours.map((value, at) => Math.abs(value - values[at]!))) / largest;
}

/** A line for each side. */
export function networkText(
  { what, encoder, rows, imageSize }: NetworkCase,
  results: readonly NetworkResult[],
): string {
  const title = `${what === 'step' ? 'training step' : 'inference'}, ${encoder}, ${rows} × ${imageSize} px`;
  const lines = results.map(
    (side) =>
      `  ${side.name}: ${side.rate.toFixed(0)} rows/s, median ${side.medianMs.toFixed(1)} ms (fastest ` +
      `${side.fastestMs.toFixed(1)}, first ${side.firstMs.toFixed(0)}), ${side.ratio.toFixed(2)} × ours, ` +
      `${side.coresUsed.toFixed(2)} cores, peak ${side.peakMb.toFixed(0)} MB, values differ by ` +
      `${side.difference.toExponential(1)}; ${JSON.stringify(side.settings)}`,
  );
  return [title, ...lines].join('\n');
}
