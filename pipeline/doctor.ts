import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { availableCores } from '../operators/threads/available-cores.ts';
import { processorFeatures } from '../operators/threads/processor-features.ts';
import { openCpuEngine } from '../operators/engine/cpu-engine.ts';
import { engineCandidates } from '../operators/engine/engine-candidates.ts';
import type { EngineCandidate } from '../operators/engine/interface/engine-candidate.ts';
import type { EncodedRows, Engine } from '../operators/engine/interface/engine.ts';
import { deviceOf } from '../operators/engine/tensorflow-engine.ts';
import { probeTensorflow } from '../operators/engine/tensorflow/probe-tensorflow.ts';
import { findNvidiaDriver } from '../operators/engine/tensorflow/nvidia-driver.ts';
import { reasonNotToTry } from '../operators/engine/tensorflow-candidate.ts';
import { openOnnxEngine } from '../operators/engine/onnx-engine.ts';
import { messageOf } from '../operators/errors.ts';
import { sharp } from '../operators/image/sharp-setup.ts';
import { initialWeights } from '../operators/model/initial-weights.ts';
import { seededRandom } from '../operators/random.ts';
import type { EncoderSpec } from '../operators/model/encoder-spec.ts';
import { producer } from '../outputs/files/producer.ts';
import { type DoctorOptions, doctorVerb } from './options/doctor-options.ts';
import type { Resolved } from './options/verb.ts';
import { cardLines } from './parts/card-lines.ts';
import { existingFolder } from './parts/existing-folder.ts';
import { instructionWords } from './parts/instruction-words.ts';
import type { TellNote } from './parts/run-event.ts';
import { runTask } from './parts/run-task.ts';
import { shownBytes } from './parts/shown-bytes.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { trialJpeg } from './parts/trial-jpeg.ts';
import { trialLoading } from './parts/trial-loading.ts';
import { trialView } from './parts/trial-view.ts';
import { readRecord } from './setup-tensorflow/setup-record.ts';
import { findTensorflowHome } from './setup-tensorflow/tensorflow-home.ts';

/** Result of one check. */
export interface DoctorCheck {
  readonly name: string;
  /** `note`: works, but there is something to know. */
  readonly verdict: 'ok' | 'note' | 'broken';
  readonly detail: string;
}

/** Result of a check, or its results about several things, each by its name. */
type Finding = Omit<DoctorCheck, 'name'> | readonly DoctorCheck[];

/** A check by its name. What it throws makes it broken. */
export type NamedChecks = Readonly<
  Record<string, (options: Resolved<DoctorOptions>, note: TellNote) => Promise<Finding>>
>;

const require = createRequire(import.meta.url);

/**
 * Tries everything that the compositions stand on, in this process, one after another.
 *
 * @param checks Another list, for tests.
 * @example
 * ```ts
 * const checks = await doctor();
 * console.log(checks.filter(({ verdict }) => verdict === 'broken'));
 * ```
 */
export function doctor(
  given: DoctorOptions = {},
  checks: NamedChecks = doctorChecks,
): Run<readonly DoctorCheck[]> {
  return startRun(doctorVerb, given, (options, scope, note) =>
    runTask(scope, async (tell) => {
      const results: DoctorCheck[] = [];
      const entries = Object.entries(checks);
      for (const [done, [name, check]] of entries.entries()) {
        scope.signal.throwIfAborted();
        tell({ label: 'doctor', done, total: entries.length, unit: 'checks', detail: name });
        results.push(...(await findings(name, () => check(options, note))));
      }
      return results;
    }),
  );
}

async function findings(
  name: string,
  check: () => Promise<Finding>,
): Promise<readonly DoctorCheck[]> {
  try {
    const finding = await check();
    return 'verdict' in finding ? [{ name, ...finding }] : finding;
  } catch (error) {
    return [{ name, verdict: 'broken', detail: messageOf(error) }];
  }
}

/** Checks of `doctor`, in this order. */
export const doctorChecks: NamedChecks = {
  node: checkNode,
  cores: checkCores,
  instructions: checkInstructions,
  memory: checkMemory,
  'thread pool': checkThreadPool,
  allocator: checkAllocator,
  sharp: checkSharp,
  'small jpegs': () => trialJpeg(),
  views: async () => trialView(),
  'loading images': () => trialLoading(),
  'onnxruntime-node': checkOnnxRuntime,
  'graphics cards': checkCards,
  tensorflow: () => checkTensorflow(),
  engines: (_options, note) => checkEngines(engineCandidates, note),
  writing: checkWriting,
};

async function checkNode(): Promise<Omit<DoctorCheck, 'name'>> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  const what = `${process.version} on ${process.platform}-${process.arch}, ${producer}`;
  return good
    ? { verdict: 'ok', detail: what }
    : { verdict: 'broken', detail: `${what}; needs Node 20.19 or later` };
}

async function checkCores(): Promise<Omit<DoctorCheck, 'name'>> {
  const [usable, processors] = [availableCores(), os.availableParallelism()];
  const model = os.cpus()[0]?.model ?? 'unknown processor';
  const detail = `${usable} usable of ${os.cpus().length} processors (${model})`;
  const fewer = `${processors} may be scheduled; quota and physical cores leave ${usable}`;
  return { verdict: 'ok', detail: usable === processors ? detail : `${detail}; ${fewer}` };
}

async function checkInstructions(): Promise<Omit<DoctorCheck, 'name'>> {
  const features = processorFeatures();
  return {
    verdict: features === undefined ? 'note' : 'ok',
    detail: instructionWords(features, process.platform, process.arch),
  };
}

async function checkMemory(): Promise<Omit<DoctorCheck, 'name'>> {
  const limit = process.constrainedMemory();
  // Without a limit this is undefined, 0 or larger than the machine, depending on the system.
  const limited = limit !== undefined && limit > 0 && limit < os.totalmem();
  const total = limited ? limit : os.totalmem();
  const of = limited ? 'allowed by the container' : 'in the machine';
  return { verdict: 'ok', detail: `${shownBytes(os.freemem())} free, ${shownBytes(total)} ${of}` };
}

/** Decoding and file access share these threads; Node reads their number once, before our first line. */
async function checkThreadPool(): Promise<Omit<DoctorCheck, 'name'>> {
  const given = process.env['UV_THREADPOOL_SIZE'];
  if (given !== undefined) return { verdict: 'ok', detail: `${given} threads` };
  const wanted = availableCores() + 4;
  return {
    verdict: 'note',
    detail: `4 threads; set UV_THREADPOOL_SIZE=${wanted} or start with \`sincere\`, which does`,
  };
}

async function checkAllocator(): Promise<Omit<DoctorCheck, 'name'>> {
  if (process.platform !== 'linux') return { verdict: 'ok', detail: 'the one of the system' };
  const preloaded = process.env['LD_PRELOAD'] ?? '';
  if (/jemalloc|mimalloc|tcmalloc/u.test(preloaded)) return { verdict: 'ok', detail: preloaded };
  const arenas = process.env['MALLOC_ARENA_MAX'];
  if (arenas !== undefined) return { verdict: 'ok', detail: `MALLOC_ARENA_MAX=${arenas}` };
  return {
    verdict: 'note',
    detail:
      'long runs fragment the memory of glibc: preload jemalloc, or start with MALLOC_ARENA_MAX=2',
  };
}

async function checkSharp(): Promise<Omit<DoctorCheck, 'name'>> {
  const square = { width: 2, height: 2, channels: 3, background: '#336699' } as const;
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    const file = await sharp({ create: square }).toFormat(format, { quality: 100 }).toBuffer();
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const isSquare = info.width === 2 && info.height === 2 && info.channels === 3;
    const off = [0x33, 0x66, 0x99].some((level, channel) => Math.abs(data[channel]! - level) > 4);
    if (!isSquare || off) {
      return { verdict: 'broken', detail: `a ${format} image came back with other pixels` };
    }
  }
  const { vips } = sharp.versions;
  return {
    verdict: 'ok',
    detail: `${packageVersion('sharp')} with libvips ${vips}; reads and writes png, jpeg, webp`,
  };
}

/** Each NVIDIA card, and whether TensorFlow has code for it; nothing where there is no NVIDIA driver. */
async function checkCards(): Promise<readonly DoctorCheck[]> {
  return cardLines(await findNvidiaDriver()).map(({ name, isServed, words }) => ({
    name,
    verdict: isServed ? 'ok' : 'note',
    detail: words,
  }));
}

/**
 * The TensorFlow of `setup tensorflow`: where no engine of `auto` tries it, it is tried here, on the processor.
 *
 * @param from Folder or file below which packages are looked for. @default this file
 * @param options For tests.
 */
export async function checkTensorflow(
  from: string = import.meta.dirname,
  options: { readonly probe?: typeof probeTensorflow; readonly isTried?: boolean } = {},
): Promise<Omit<DoctorCheck, 'name'>> {
  const { folder } = await findTensorflowHome(from);
  const damage: string[] = [];
  const record = await readRecord(folder, (text) => void damage.push(text));
  if (damage.length > 0) {
    const way = 'Run `sincere setup tensorflow`, which makes it anew';
    return { verdict: 'note', detail: `${damage.join(' ')} ${way}` };
  }
  if (record === undefined) {
    const way = 'run `sincere setup tensorflow --cpu`, or `--cuda` for an NVIDIA card';
    return { verdict: 'note', detail: `not set up, and not needed; ${way}` };
  }
  const what = `${record.tensorflow} for ${record.variant === 'cuda' ? 'CUDA' : 'the processor'}`;
  const {
    probe = probeTensorflow,
    isTried = reasonNotToTry(await findNvidiaDriver()) === undefined,
  } = options;
  if (isTried) return { verdict: 'ok', detail: `${what} is set up` };
  const device = deviceOf(await probe({ from: folder }));
  const works = `its libraries load and equal the reference (${device})`;
  return { verdict: 'ok', detail: `${what}: ${works}; \`engine: tensorflow\` takes it by name` };
}

const tinyEncoder: EncoderSpec = { architecture: 'resnet8', head: 'mlp', projectionSize: 8 };
const tinyShape = { rows: 2, imageSize: 8 };

/** Encodes two tiny images with random weights and compares with the plain JavaScript reference. */
async function checkOnnxRuntime(): Promise<Omit<DoctorCheck, 'name'>> {
  const ours = await tinyRows(await openOnnxEngine({ threads: 1 }));
  const reference = await tinyRows(await openCpuEngine());
  const error = Math.max(
    ...ours.projection.map((value, at) => Math.abs(value - reference.projection[at]!)),
  );
  const version = packageVersion('onnxruntime-node');
  // Rounding of float32 sums in another order; `>=` would let NaN pass.
  return error < 1e-4
    ? { verdict: 'ok', detail: `${version}; a small network equals the reference within 1e-4` }
    : { verdict: 'broken', detail: `${version}; a small network is off by ${error}` };
}

async function tinyRows(engine: Engine): Promise<EncodedRows> {
  try {
    const weights = initialWeights(tinyEncoder, 0);
    const session = await engine.createEncoder(tinyEncoder, weights, tinyShape);
    const random = seededRandom('doctor');
    const numbers = tinyShape.rows * tinyShape.imageSize ** 2 * 3;
    return await session.run(Float32Array.from({ length: numbers }, () => random.normal()));
  } finally {
    await engine.close();
  }
}

/**
 * Each engine that `auto` may take, in its order: taken, usable too, or why it is not. Only that none is
 * usable is broken, because each of them is optional.
 */
export async function checkEngines(
  candidates: readonly EngineCandidate[],
  note: TellNote = () => {},
): Promise<readonly DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  let taken = false;
  for (const { title: name, assess } of candidates) {
    const assessment = await assess({ announce: (text) => note(text, ['engine', 'device']) });
    if (assessment.usable) {
      const how = taken ? 'usable' : 'taken by `auto`';
      checks.push({ name, verdict: 'ok', detail: `${how}: ${assessment.device}` });
      taken = true;
    } else {
      checks.push({ name, verdict: 'note', detail: assessment.reason });
    }
  }
  checks.push(
    taken
      ? { name: 'cpu', verdict: 'ok', detail: 'usable by name only: the slow reference' }
      : { name: 'auto', verdict: 'broken', detail: 'finds no engine that is usable' },
  );
  return checks;
}

/** Writes where the user wants to write; in the nearest folder above that exists. */
async function checkWriting({ out }: Resolved<DoctorOptions>): Promise<Omit<DoctorCheck, 'name'>> {
  const folder = await existingFolder(out);
  const probe = await fs.mkdtemp(path.join(folder, '.sincere-doctor-'));
  try {
    await fs.writeFile(path.join(probe, 'probe'), 'probe', { flush: true });
  } finally {
    await fs.rm(probe, { recursive: true, force: true });
  }
  const { bavail, bsize } = await fs.statfs(folder);
  return { verdict: 'ok', detail: `${folder} can be written, ${shownBytes(bavail * bsize)} free` };
}

function packageVersion(name: string): string {
  // Not every package exports its package.json, so it is read from the folder.
  const folders = require.resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return (require(path.join(folder, name, 'package.json')) as { version: string }).version;
    } catch {
      // Another folder may have it.
    }
  }
  throw new Error(`Expected the package \`${name}\` to be installed; run \`npm ci\``);
}
