import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FoundTensorflow } from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import { TensorflowFailure } from '../../operators/engine/tensorflow/tensorflow-failure.ts';
import { lockFolder } from '../../operators/files/lock-file.ts';
import type { SetupOptions } from '../options/setup-options.ts';
import type { Resolved } from '../options/verb.ts';
import { buildTensorflow } from './build-tensorflow.ts';
import { type ChosenSetup, chooseSetup } from './choose-setup.ts';
import { diskError } from './disk-space.ts';
import { tensorflowVersion } from './pinned-wheels.ts';
import { planSetup, type SetupPlan } from './plan-setup.ts';
import { plannedSteps } from './planned-steps.ts';
import type { SetupContext } from './setup-context.ts';
import { readRecord, type SetupRecord } from './setup-record.ts';
import type { SetupResult } from './setup-result.ts';
import { removePlaced, removeStaging } from './staging.ts';
import { findTensorflowHome, type TensorflowHome } from './tensorflow-home.ts';
import { bytesOfCache, wheelCache } from './wheel-cache.ts';
import type { WheelFile } from './wheel-file.ts';

/** Name of the lock in `node_modules`, by which two setups keep each other out. */
const lockName = '.sincere-setup.lock';

/** Sets up TensorFlow, plans it, or takes it away, as the options say. */
export async function setUpTensorflow(
  options: Resolved<SetupOptions>,
  outside: Omit<SetupContext, 'keep'>,
): Promise<SetupResult> {
  const open: WheelFile[] = [];
  try {
    const keep = (wheel: WheelFile): void => void open.push(wheel);
    const result = await chosenWork(options, { ...outside, keep });
    return { ...result, cacheBytes: await bytesOfCache(result.cache) };
  } finally {
    await Promise.all(open.map((wheel) => wheel.close()));
  }
}

async function chosenWork(
  options: Resolved<SetupOptions>,
  context: SetupContext,
): Promise<SetupResult> {
  const home = await findTensorflowHome(context.tools.from);
  if (options.dryRun && options.remove) return await plannedRemoval(home, context);
  if (options.remove) return await locked(home, context, () => remove(home, context));
  if (!options.dryRun) return await locked(home, context, () => setUp(options, home, context));
  return await planned(options, home, context);
}

async function planned(
  options: Resolved<SetupOptions>,
  home: TensorflowHome,
  context: SetupContext,
): Promise<SetupResult> {
  const chosen = await chooseSetup(options, home, context);
  if (chosen.before !== undefined) {
    return { ...described(chosen.before, nothing(home, context)), state: 'already set up' };
  }
  const plan = await planSetup(chosen, context);
  return {
    ...nothing(home, context),
    state: 'planned',
    variant: plan.variant,
    tensorflow: tensorflowVersion,
    bytes: plan.bytes,
    steps: plannedSteps(plan),
  };
}

async function setUp(
  options: Resolved<SetupOptions>,
  home: TensorflowHome,
  context: SetupContext,
): Promise<SetupResult> {
  const chosen = await chooseSetup(options, home, context);
  // One that was killed after its last file was in place leaves it behind.
  await removeStaging(home.folder);
  const working = await verified(chosen, context);
  if (working !== undefined) return working;
  const plan = await planSetup(chosen, context);
  tellReplaced(chosen, context);
  tellUnused(plan, context);
  const built = await buildTensorflow(plan, context);
  const result = described(built.record, nothing(home, context));
  return { ...result, state: 'set up', ...ofProbe(built.found) };
}

/** Tells what goes: another variant, or what something else put there. */
function tellReplaced({ home, variant, placed }: ChosenSetup, { note }: SetupContext): void {
  const deps = path.join(home.folder, 'deps');
  if (placed !== undefined && placed !== variant) {
    note(`Replaces TensorFlow for \`${placed}\` by that for \`${variant}\`.`);
  } else if (placed === undefined && existsSync(deps)) {
    note(`Replaces \`${deps}\`, which has no record of \`setup\`.`);
  }
}

/** Tells which of the wheels that were given another one makes needless. */
function tellUnused({ given, sources }: SetupPlan, { note }: SetupContext): void {
  const used = new Set(sources.map((source) => source.path));
  for (const wheel of given.values()) {
    if (!used.has(wheel.path)) note(`\`${wheel.path}\` is not needed, and not used.`);
  }
}

/** The result of an earlier setup that still works; undefined for none. */
async function verified(
  { home, before }: ChosenSetup,
  context: SetupContext,
): Promise<SetupResult | undefined> {
  if (before === undefined) return undefined;
  const { tools, tell, note } = context;
  tell({ label: 'verify', done: 0, total: 1, unit: 'checks' });
  try {
    const found = await tools.probe({ from: home.folder, announce: note });
    tell({ label: 'verify', done: 1, total: 1, unit: 'checks' });
    const result = described(before, nothing(home, context));
    return { ...result, state: 'already set up', ...ofProbe(found) };
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error;
    note(`What was set up before does not work any more, and is made anew: ${error.detail}`);
    return undefined;
  }
}

async function remove(home: TensorflowHome, context: SetupContext): Promise<SetupResult> {
  const wasThere = home.isInstalled && (await removePlaced(home.folder));
  return { ...nothing(home, context), state: wasThere ? 'removed' : 'not set up' };
}

async function plannedRemoval(home: TensorflowHome, context: SetupContext): Promise<SetupResult> {
  const record = await readRecord(home.folder, context.note);
  const steps = [`remove \`deps\` and \`lib\` in ${home.folder}`];
  if (record === undefined) return { ...nothing(home, context), state: 'planned', steps };
  return { ...described(record, nothing(home, context)), state: 'planned', steps };
}

async function locked<R>(
  { modules }: TensorflowHome,
  { note }: SetupContext,
  work: () => Promise<R>,
): Promise<R> {
  try {
    // Where Node looks for the package is no choice.
    const lock = await lockFolder(modules, { name: lockName, watchMs: 60_000, elsewhere: null });
    if (lock.note !== undefined) note(lock.note);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw diskError(modules, error);
  }
}

function nothing({ folder }: TensorflowHome, { tools }: SetupContext): SetupResult {
  return {
    state: 'not set up',
    folder,
    variant: null,
    tensorflow: null,
    device: null,
    complaints: [],
    wheels: [],
    bytes: 0,
    cache: wheelCache(tools.env),
    cacheBytes: 0,
    steps: [],
  };
}

/** Result of a setup, from its record. */
function described(
  { variant, tensorflow, wheels, files }: SetupRecord,
  base: SetupResult,
): SetupResult {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { ...base, variant, tensorflow, wheels, bytes };
}

function ofProbe({ usesGpu, loader }: FoundTensorflow): Pick<SetupResult, 'device' | 'complaints'> {
  return { device: usesGpu ? 'cuda' : 'cpu', complaints: loader.complaints };
}
