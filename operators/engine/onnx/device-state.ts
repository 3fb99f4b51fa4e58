import type { Tensor } from 'onnxruntime-node';
import type { StepSpec } from '../../step/step-spec.ts';
import { GraphBuilder } from '../../onnx/graph/graph-builder.ts';
import type { Placement } from '../../onnx/placement.ts';
import { createSession, type Runtime, runSession, type Tensors } from '../../onnx/runtime.ts';
import { nextStatePorts, statePortNames } from '../programs/step-ports.ts';
import { withMutex } from '../../onnx/thread-mutex.ts';

/** Output ports of a step's next state, which stays on the device. */
export function nextStateNames(spec: StepSpec): readonly string[] {
  return statePortNames(spec).map((name) => {
    // Every port of the state has one of these.
    const [next, now] = nextStatePorts.find(([, now]) => name.startsWith(now))!;
    return next + name.slice(now.length);
  });
}

/**
 * Downloads tensors from the device; those in the memory of the process stay as they are.
 *
 * By a session that passes its inputs on, because the runtime cannot read a tensor of a device by itself: asked for
 * its data it ends the process (1.30).
 *
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function fetched(
  runtime: Runtime,
  tensors: Tensors,
  placement: Placement,
): Promise<Tensors> {
  const away = Object.entries(tensors).filter(([, tensor]) => isAway(tensor));
  if (away.length === 0) return tensors;
  const graph = new GraphBuilder();
  const ports = away.map(([name, { dims }]) => ({ name, type: 'float32', dims }) as const);
  for (const port of ports) graph.input(port);
  const prefix = 'fetched.';
  const model = graph.finish(
    ports.map(({ name, type, dims }) => ({ name: prefix + name, type, dims, value: name })),
  );
  const session = await createSession(runtime, model, placement);
  try {
    const outputs = await runSession(session, Object.fromEntries(away));
    const copies = Object.entries(outputs).map(([name, x]) => [name.slice(prefix.length), x]);
    return { ...tensors, ...Object.fromEntries(copies) };
  } finally {
    await session.release();
  }
}

/** Frees tensors of a device, which no garbage collector counts; none of them may be used afterwards. */
export async function discard(tensors: Tensors): Promise<void> {
  const away = Object.values(tensors).filter(isAway);
  if (away.length === 0) return;
  await withMutex(() => {
    for (const tensor of away) tensor.dispose();
  });
}

function isAway({ location }: Tensor): boolean {
  return location === 'gpu-buffer';
}
