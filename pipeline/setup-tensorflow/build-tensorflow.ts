import fs from 'node:fs/promises';
import path from 'node:path';
import type { FoundTensorflow } from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import { TensorflowFailure } from '../../operators/engine/tensorflow/tensorflow-failure.ts';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { hashFile } from '../../operators/files/hash-file.ts';
import { producer } from '../../outputs/files/producer.ts';
import { addonFile, compileAddon } from './compile-addon.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { tensorflowVersion } from './pinned-wheels.ts';
import type { SetupPlan } from './plan-setup.ts';
import type { SetupContext } from './setup-context.ts';
import { type RecordedFile, recordPath, type SetupRecord } from './setup-record.ts';
import { emptyStaging, makeLoadable, placeStaged, removeStaging } from './staging.ts';
import { installPackage, packageVersion } from './tensorflow-home.ts';
import { neededMembers, unpackWheel } from './unpack-wheel.ts';
import { openWheel, type WheelFile } from './wheel-file.ts';
import { recordedWheel, type WheelSource } from './wheel-sources.ts';

/** A TensorFlow that was built, verified and put in its place. */
export interface BuiltTensorflow {
  readonly record: SetupRecord;
  readonly found: FoundTensorflow;
}

/**
 * Carries out a plan: package, wheels, libraries, addon, verification, places. Whatever fails, what was there before
 * stays, and the staging folder goes.
 */
export async function buildTensorflow(
  plan: SetupPlan,
  context: SetupContext,
): Promise<BuiltTensorflow> {
  const { home, compiler, headers } = plan;
  const { signal } = context;
  const options = { env: context.tools.env, signal };
  if (!home.isInstalled) await installPackage(home, options);
  for (const source of plan.sources) await fetched(source, plan, context);
  const staging = await emptyStaging(home.folder);
  try {
    const files = await unpackAll(plan, staging, context);
    await told('compile', context, () =>
      compileAddon(compiler, { packageFolder: home.folder, staging, headers }, options),
    );
    const addon = path.join(staging, addonFile);
    const all = { ...files, [addonFile]: await recordedFile(addon) };
    const record = await recordOf(plan, all);
    await writeAtomicJson(recordPath(staging), record);
    const from = await makeLoadable(home.folder);
    const found = await told('verify', context, () => verified(from, context));
    signal.throwIfAborted();
    await placeStaged(home.folder);
    return { record, found };
  } finally {
    await removeStaging(home.folder);
  }
}

async function fetched(
  { wheel, from }: WheelSource,
  { pip, cache }: SetupPlan,
  { signal, tell, tools }: SetupContext,
): Promise<void> {
  if (from !== 'download' || pip === undefined) return;
  const label = `download ${wheel.project}`;
  const onBytes = megabytes(label, wheel.bytes, tell);
  await fetchWheel(wheel, { pip, cache, env: tools.env, signal, onBytes });
  onBytes(wheel.bytes);
}

async function unpackAll(
  plan: SetupPlan,
  staging: string,
  { signal, keep, tell }: SetupContext,
): Promise<Readonly<Record<string, RecordedFile>>> {
  const wheels = await openWheels(plan, keep);
  const members = wheels.flatMap(neededMembers);
  const total = members.reduce((sum, { member }) => sum + member.bytes, 0);
  const onTotal = megabytes('unpack', total, tell);
  let written = 0;
  const onBytes = (more: number): void => {
    written += more;
    onTotal(written);
  };
  const files: Record<string, RecordedFile> = {};
  for (const wheel of wheels) {
    Object.assign(files, await unpackWheel(wheel, staging, { signal, onBytes }));
  }
  return files;
}

/** The wheels of a plan, open until the setup has ended. */
async function openWheels(
  { sources, given }: SetupPlan,
  keep: SetupContext['keep'],
): Promise<readonly WheelFile[]> {
  const open = new Map(Array.from(given.values(), (wheel) => [wheel.path, wheel]));
  const wheels: WheelFile[] = [];
  for (const source of sources) {
    const wheel = open.get(source.path) ?? (await openWheel(source.path));
    keep(wheel);
    wheels.push(wheel);
  }
  return wheels;
}

async function verified(from: string, { tools, note }: SetupContext): Promise<FoundTensorflow> {
  try {
    return await tools.probe({ from, announce: note });
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error;
    throw new PipelineError(
      'ERR_ENGINE',
      `TensorFlow was built, but does not work here: ${error.detail}. Nothing was put in its place. Use \`engine: onnx\`, ` +
        'and report this with what `doctor` says.',
      { cause: error, options: ['engine'] },
    );
  }
}

async function recordOf(
  { variant, sources, compiler }: SetupPlan,
  files: SetupRecord['files'],
): Promise<SetupRecord> {
  return {
    format: 'sincere-tensorflow',
    version: 1,
    producer,
    variant,
    tensorflow: tensorflowVersion,
    package: packageVersion,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    compiler: compiler.version,
    wheels: await Promise.all(sources.map(recordedWheel)),
    files,
  };
}

async function recordedFile(file: string): Promise<RecordedFile> {
  const { size } = await fs.stat(file);
  return { bytes: size, sha256: await hashFile(file) };
}

/** A step without parts, as progress. */
async function told<R>(label: string, { tell }: SetupContext, work: () => Promise<R>): Promise<R> {
  tell({ label, done: 0, total: 1, unit: 'steps' });
  const result = await work();
  tell({ label, done: 1, total: 1, unit: 'steps' });
  return result;
}

/** Bytes as progress in megabytes, each of them once. */
function megabytes(
  label: string,
  bytes: number,
  tell: SetupContext['tell'],
): (done: number) => void {
  const total = Math.ceil(bytes / 1e6);
  let last = -1;
  return (done) => {
    const now = Math.min(total, Math.floor(done / 1e6));
    if (now === last) return;
    last = now;
    tell({ label, done: now, total, unit: 'MB' });
  };
}
