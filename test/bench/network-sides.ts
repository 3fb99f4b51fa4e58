import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { processorFeatures } from '../../operators/threads/processor-features.ts';
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
import { forwardFlops } from './network-flops.ts';

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
  /** GFLOP/s of the layers' products, by `forwardFlops`. */
  readonly gflops: number;
  /** GFLOP/s of a large product of matrices in the same runtime, and the share of it. */
  readonly matmulGflops: number;
  readonly share: number;
  readonly settings: object;
}

/** A side that could not do it. */
export interface FailedSide {
  readonly name: string;
  readonly failed: string;
}

export interface NetworkOptions {
  readonly built: URL;
  /** Our engines; ratios are to the first. */
  readonly engines: readonly string[];
  /**
   * Variants of the peer: `default`, `channels_last`, `compiled`, `frozen`; with `+kept` the C library of that one keeps
   * freed memory. None measures ours alone.
   */
  readonly variants: readonly string[];
  readonly python: string;
  readonly threads: number;
  readonly keepFreed: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** No round but the first begins after this time of `performance.now()`. @default Infinity */
  readonly until?: number;
}

/** What the command lines of both benchmarks share, for `parseArgs`. */
export const sharedOptions = {
  engine: { type: 'string', default: 'onnx' },
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
  readonly engine: string;
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
    engines: values.engine.split(','),
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

/** A case of steps, such as `resnet18:imagenetx32@224`: an encoder, a number of views, and their size if it is given. */
export function stepCase(
  text: string,
  size = 32,
): Pick<NetworkCase, 'encoder' | 'rows' | 'imageSize'> {
  const [, encoder, views, side = size] = /^(.+)x(\d+)(?:@(\d+))?$/u.exec(text) ?? [];
  if (encoder === undefined)
    throw new Error(`Expected a case such as \`resnet8x256\`, got ${text}`);
  return { encoder, rows: Number(views), imageSize: Number(side) };
}

/**
 * Ours and the variants of the peer on the same weights and pixels, each in a process of its own, in turns. The first
 * turn warms up and is where values are compared.
 */
export async function measuredNetwork(
  network: NetworkCase,
  options: NetworkOptions,
): Promise<readonly (NetworkResult | FailedSide)[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
  const { rounds, until = Infinity } = options;
  const sides: Side[] = [];
  try {
    await writeInputs(network, folder);
    sides.push(...(await openedSides(options)));
    for (let round = 0; round <= rounds && (round <= 1 || performance.now() < until); round += 1) {
      const [count, seconds] = round === 0 ? [2, 0] : [2, options.seconds];
      for (const side of sides) {
        if (side.failed !== undefined) continue;
        if (round === 0) await measureProduct(side);
        await takeTurn(side, { ...network, folder, count, seconds }, round === 0);
      }
    }
    const [first] = sides;
    if (first?.failed !== undefined) throw new Error(`${first.name} failed: ${first.failed}`);
    return sides.map((side) => resultOf(side, first!, network));
  } finally {
    for (const { process } of sides) process.end();
    await fs.rm(folder, { recursive: true });
  }
}

async function measureProduct(side: Side): Promise<void> {
  const answer = await side.process.ask({ what: 'matmul' });
  if ('gflops' in answer) side.matmulGflops = answer.gflops;
}

/** A side that fails is left out of further rounds, and said to have failed. */
async function takeTurn(side: Side, request: NetworkRequest, first: boolean): Promise<void> {
  const answer = await side.process.ask(request);
  if (!('ms' in answer)) {
    side.failed = 'failed' in answer ? answer.failed : 'it answered something else';
    side.process.end();
    return;
  }
  if (first) side.first = answer;
  else {
    side.ms.push(...answer.ms);
    side.cpuMs.push(...answer.cpuMs);
  }
  side.peakMb = answer.peakMb;
}

type SideAnswer = NetworkAnswer | { readonly gflops: number } | { readonly failed: string };

interface Side {
  readonly name: string;
  readonly process: AnsweringProcess<object, SideAnswer>;
  readonly ms: number[];
  readonly cpuMs: number[];
  first: NetworkAnswer | undefined;
  peakMb: number;
  matmulGflops: number;
  failed: string | undefined;
}

async function openedSides(options: NetworkOptions): Promise<Side[]> {
  const { built, engines, variants, python } = options;
  const threads = String(options.threads);
  const script = fileURLToPath(new URL('network_peer.py', import.meta.url));
  const opened = answeringProcess<object, SideAnswer>;
  const ours = engines.map(async (engine) =>
    sideOf(
      engine,
      await opened(process.execPath, ourSide('network-worker.ts', built, [threads, engine])),
    ),
  );
  const peers = variants.map(async (name) => {
    const [variant = '', kept] = name.split('+');
    const env = peerEnvironment(options.keepFreed || kept === 'kept');
    return sideOf(`PyTorch ${name}`, await opened(python, [script, variant, threads], env));
  });
  return await Promise.all([...ours, ...peers]);
}

function sideOf(name: string, process: Side['process']): Side {
  const none = { first: undefined, peakMb: 0, matmulGflops: NaN, failed: undefined };
  return { name, process, ms: [], cpuMs: [], ...none };
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

function resultOf(side: Side, ours: Side, network: NetworkCase): NetworkResult | FailedSide {
  const { name, matmulGflops, failed } = side;
  if (failed !== undefined) return { name, failed };
  const { what, encoder, rows, imageSize } = network;
  const medianMs = median(side.ms);
  const passes = what === 'step' ? 3 : 1;
  const flops = passes * rows * forwardFlops(encoderOf(encoder), imageSize);
  const gflops = flops / 1e6 / medianMs;
  return {
    name,
    medianMs,
    fastestMs: Math.min(...side.ms),
    firstMs: side.first!.ms[0]!,
    rate: (1000 * rows) / medianMs,
    ratio: medianMs / median(ours.ms),
    peakMb: side.peakMb,
    coresUsed: median(side.cpuMs) / medianMs,
    difference: difference(side.first!.values, ours.first!.values),
    gflops,
    matmulGflops,
    share: gflops / matmulGflops,
    settings: side.process.described,
  };
}

function difference(values: readonly number[], ours: readonly number[]): number {
  const largest = Math.max(...ours.map(Math.abs));
  return Math.max(...ours.map((value, at) => Math.abs(value - values[at]!))) / largest;
}

/** The processor and what it knows, for the head of a benchmark. */
export function machineText(threads: number): string {
  const features = Object.entries(processorFeatures() ?? {}).flatMap(([name, has]) =>
    has ? [name] : [],
  );
  const model = os.cpus()[0]?.model ?? 'unknown processor';
  return `${model}, ${threads} threads, ${features.join(', ') || 'unknown features'}, Node ${process.version}`;
}

/** A line for each side. */
export function networkText(
  { what, encoder, rows, imageSize }: NetworkCase,
  results: readonly (NetworkResult | FailedSide)[],
): string {
  const passes = what === 'step' ? 3 : 1;
  const flops = passes * rows * forwardFlops(encoderOf(encoder), imageSize);
  const title = `${what === 'step' ? 'training step' : 'inference'}, ${encoder}, ${rows} × ${imageSize} px`;
  const counted = `${(flops / 1e9).toFixed(0)} GFLOP, ${passes} × forward, convolutions and head`;
  return [`${title} (${counted})`, ...results.map(sideText)].join('\n');
}

function sideText(side: NetworkResult | FailedSide): string {
  if ('failed' in side) return `  ${side.name}: failed: ${side.failed}`;
  const { rate, medianMs, fastestMs, firstMs, ratio, coresUsed, peakMb, difference } = side;
  return (
    `  ${side.name}: ${rate.toFixed(0)} rows/s, median ${medianMs.toFixed(1)} ms (fastest ` +
    `${fastestMs.toFixed(1)}, first ${firstMs.toFixed(0)}), ${ratio.toFixed(2)} × ours, ` +
    `${side.gflops.toFixed(0)} GFLOP/s, ${(100 * side.share).toFixed(0)} % of a product of matrices ` +
    `(${side.matmulGflops.toFixed(0)}), ${coresUsed.toFixed(2)} cores, peak ${peakMb.toFixed(0)} MB, ` +
    `values differ by ${difference.toExponential(1)}; ${JSON.stringify(side.settings)}`
  );
}
