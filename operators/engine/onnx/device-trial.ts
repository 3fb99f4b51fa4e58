import { messageOf, PipelineError } from '../../errors.ts';
import type { TrainerSpec } from '../../step/step-spec.ts';
import { type AdapterKind, adapterKind, driverNames, evidenceHere } from './adapter-kind.ts';
import { batchOf, checkDevice, startOf } from './device-check.ts';
import { GraphBuilder } from '../../onnx/graph/graph-builder.ts';
import { type Placement, placementOn } from '../../onnx/placement.ts';
import type { Computing } from '../../onnx/device-name.ts';
import { processorTarget } from '../../onnx/processor-target.ts';
import { createSession, loadRuntime, type Runtime, runSession } from '../../onnx/runtime.ts';
import { openTrainingSession } from './training-session.ts';

// Runs in a process of its own (`findDevice`), because a driver may crash it, or never answer.

/** Settings of a trial. */
export interface DeviceTrial extends Computing {
  /** Try a software adapter as well. */
  readonly software: boolean;
  /** Time a step, on the processor too. */
  readonly timed: boolean;
}

/** Duration of a step, in ms. */
export interface StepTimes {
  readonly device: number;
  readonly processor: number;
}

/** Messages of a trial, in order. */
export type TrialNews =
  | { readonly adapter: { readonly kind: AdapterKind; readonly drivers: readonly string[] } }
  | { readonly checked: true }
  | { readonly stepMs: StepTimes }
  | { readonly failed: string };

async function tryDevice(
  { device, threads, software, timed }: DeviceTrial,
  tell: (news: TrialNews) => void,
): Promise<void> {
  const runtime = await loadRuntime();
  const placement = placementOn({ device, threads });
  await runOneNode(runtime, placement);
  const evidence = evidenceHere();
  const kind = device === 'cuda' ? 'hardware' : adapterKind(evidence);
  tell({ adapter: { kind, drivers: driverNames(evidence) } });
  if (kind === 'software' && !software) return;
  await checkDevice(runtime, device);
  tell({ checked: true });
  if (!timed || kind !== 'hardware') return;
  // In what training on the processor is fastest in.
  const target = await processorTarget(runtime);
  const processor = await stepMs(runtime, { device: 'cpu', threads, target });
  tell({ stepMs: { device: await stepMs(runtime, placement), processor } });
}

/** Smoke test: opens the device and runs one node. */
async function runOneNode(runtime: Runtime, placement: Placement): Promise<void> {
  const graph = new GraphBuilder();
  graph.input({ name: 'x', type: 'float32', dims: [4] });
  const value = graph.node('Neg', ['x']);
  const model = graph.finish([{ name: 'y', type: 'float32', dims: [4], value }]);
  const session = await createSession(runtime, model, placement);
  await runSession(session, { x: new runtime.Tensor('float32', new Float32Array(4), [4]) });
  await session.release();
}

/** Large enough to keep a graphics card busy, and less than a second on most processors. */
const timedStep: TrainerSpec = {
  encoder: { architecture: 'resnet8', head: 'mlp', projectionSize: 64 },
  loss: { name: 'sincere', temperature: 0.1 },
  shape: { images: 64, views: 2, imageSize: 32 },
  momentum: 0.9,
  weightDecay: 1e-4,
};

/** Minimum of three timed steps after a warm-up, which compiles. */
async function stepMs(runtime: Runtime, placement: Placement): Promise<number> {
  const session = await openTrainingSession(runtime, timedStep, placement);
  try {
    await session.load(startOf(timedStep));
    const times = [];
    for (let step = 0; step < 4; step += 1) {
      const start = performance.now();
      await session.run(batchOf(timedStep), 0.01);
      times.push(performance.now() - start);
    }
    return Math.min(...times.slice(1));
  } finally {
    await session.release();
  }
}

// Only where `findDevice` has started it.
if (process.send !== undefined) {
  const tell = (news: TrialNews): void => void process.send?.(news);
  // Written by `findDevice`.
  const trial = JSON.parse(process.argv[3]!) as DeviceTrial;
  try {
    await tryDevice(trial, tell);
  } catch (error) {
    const reason = error instanceof PipelineError ? error.message : messageOf(error);
    tell({ failed: reason });
  }
  process.disconnect();
}
