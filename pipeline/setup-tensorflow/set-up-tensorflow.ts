import type { FoundTensorflow } from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import { TensorflowFailure } from '../../operators/engine/tensorflow/tensorflow-failure.ts';
import { lockFolder } from '../../outputs/files/lock-file.ts';
import type { SetupOptions } from '../options/setup-options.ts';
import type { Resolved } from '../options/verb.ts';
import { buildTensorflow } from './build-tensorflow.ts';
import { type ChosenSetup, chooseSetup } from './choose-setup.ts';
import { diskError } from './disk-space.ts';
import { tensorflowVersion } from './pinned-wheels.ts';
import { planSetup } from './plan-setup.ts';
import { plannedSteps } from './planned-steps.ts';
import type { SetupContext } from './setup-context.ts';
import { readRecord, type SetupRecord } from './setup-record.ts';
import type { SetupResult } from './setup-result.ts';
import { removePlaced } from './staging.ts';
import { findTensorflowHome, type TensorflowHome } from './tensorflow-home.ts';
import { wheelCache } from './wheel-cache.ts';

/** Name of the lock in `node_modules`, by which two setups keep each other out. */
const lockName = '.sincere-setup.lock';

/** Sets up TensorFlow, plans it, or takes it away, as the options say. */
export async function setUpTensorflow(
  options: Resolved<SetupOptions>,
  context: SetupContext,
): Promise<SetupResult> {
  const home = await findTensorflowHome(context.tools.from);
  if (options.dryRun && options.remove) return await plannedRemoval(home);
  if (options.remove) return await locked(home, context, () => remove(home));
  if (!options.dryRun) return await locked(home, context, () => setUp(options, home, context));
  return await planned(options, home, context);
}

async function planned(
  options: Resolved<SetupOptions>,
  home: TensorflowHome,
  context: SetupContext,
): Promise<SetupResult> {
  const chosen = await chooseSetup(options, home, context);
  if (chosen.before !== undefined) return described('already set up', home, chosen.before);
  const plan = await planSetup(chosen, context.scope.signal);
  return {
    ...nothing(home),
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
  const working = chosen.before === undefined ? undefined : await verified(chosen, context);
  if (working !== undefined) return working;
  const plan = await planSetup(chosen, context.scope.signal);
  const built = await buildTensorflow(plan, context);
  return { ...described('set up', home, built.record), ...ofProbe(built.found) };
}

/** What was set up before, if it still works. */
async function verified(
  { home, before }: ChosenSetup,
  { tools, tell, note }: SetupContext,
): Promise<SetupResult | undefined> {
  tell({ label: 'verify', done: 0, total: 1, unit: 'checks' });
  try {
    const found = await tools.probe({ from: home.folder, announce: note });
    tell({ label: 'verify', done: 1, total: 1, unit: 'checks' });
    return { ...described('already set up', home, before!), ...ofProbe(found) };
  } catch (error) {
    if (!(error instanceof TensorflowFailure)) throw error;
    note(`What was set up before does not work any more, and is made anew: ${error.detail}`);
    return undefined;
  }
}

async function remove(home: TensorflowHome): Promise<SetupResult> {
  const wasThere = home.isInstalled && (await removePlaced(home.folder));
  return { ...nothing(home), state: wasThere ? 'removed' : 'not set up' };
}

async function plannedRemoval(home: TensorflowHome): Promise<SetupResult> {
  const record = await readRecord(home.folder);
  const steps = [`remove \`deps\` and \`lib\` in ${home.folder}`];
  if (record === undefined) return { ...nothing(home), state: 'planned', steps };
  return { ...described('planned', home, record), steps };
}

async function locked<R>(
  { modules }: TensorflowHome,
  { note }: SetupContext,
  work: () => Promise<R>,
): Promise<R> {
  try {
    const lock = await lockFolder(modules, { name: lockName, watchMs: 60_000 });
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

function nothing({ folder }: TensorflowHome): SetupResult {
  return {
    state: 'not set up',
    folder,
    variant: null,
    tensorflow: null,
    device: null,
    complaints: [],
    wheels: [],
    bytes: 0,
    cache: wheelCache(),
    steps: [],
  };
}

function described(
  state: SetupResult['state'],
  home: TensorflowHome,
  { variant, tensorflow, wheels, files }: SetupRecord,
): SetupResult {
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return { ...nothing(home), state, variant, tensorflow, wheels, bytes };
}

function ofProbe({ usesGpu, loader }: FoundTensorflow): Pick<SetupResult, 'device' | 'complaints'> {
  return { device: usesGpu ? 'cuda' : 'cpu', complaints: loader.complaints };
}
