import type { CrossEntropyReadouts, LossReadouts } from '../../loss/readouts.ts';
import { readoutsOf } from '../../loss/readouts-of.ts';
import type { OnnxModel } from '../../onnx/graph/onnx-model.ts';
import { tensorflowTarget } from '../../onnx/graph/lowering-target.ts';
import { chunkImages, imagesAtOnce, splitLosses, splitStep } from '../../step/split-step.ts';
import type { StepRows } from '../../step/sample-readouts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { GraphProgram } from '../../tensorflow/graph-programs.ts';
import {
  type GraphInput,
  type GraphSession,
  openGraphSession,
} from '../../tensorflow/graph-session.ts';
import type { NativeBinding } from '../../tensorflow/native-binding.ts';
import type { StepMeasures } from '../programs/refused-step.ts';
import { pixelsInput, rowsOf, stepPorts } from '../programs/step-ports.ts';
import { traceChunkGradients, traceProjection, traceUpdate } from '../programs/trace-split-step.ts';
import { traceTrainingStep } from '../programs/trace-training-step.ts';
import type { StepBatch } from '../interface/sessions.ts';
import { commitProgram, nextPrefixes, statePrefixes, variablePorts } from './graph-state.ts';
import { graphTileCompiler } from './graph-tiles.ts';

/** Result of a step. The next state is in variables of the session. */
export interface GraphStepResult extends Pick<StepMeasures, 'gradientNorm' | 'statisticsSize'> {
  readonly readouts: LossReadouts | CrossEntropyReadouts;
  readonly rows: StepRows | undefined;
}

/** Inputs of a step beside the state. */
export interface GraphBatch extends StepBatch {
  /** Rates of this step, as `stepRates` gives them. */
  readonly rates: Readonly<Record<string, number>>;
}

/** A step as graphs over the variables of a session. */
export interface GraphStep {
  readonly session: GraphSession;
  /** Computes the next state from the current one. */
  compute(batch: GraphBatch): Promise<GraphStepResult>;
  /** Makes the next state the current one. */
  commit(): void;
  release(): Promise<void>;
}

/** Traces and compiles the step of a trainer: in one pass, or split where `chunkImages` says so. */
export function openGraphStep(binding: NativeBinding, spec: StepSpec): GraphStep {
  return chunkImages(spec) === null ? wholeStep(binding, spec) : stepInChunks(binding, spec);
}

function wholeStep(binding: NativeBinding, spec: StepSpec): GraphStep {
  const model = traceTrainingStep(spec, tensorflowTarget);
  const step = { name: 'step', model, assigned: sameNames(model, nextPrefixes) };
  const session = openGraphSession(binding, {
    variables: new Map([
      ...variablePorts(model.inputs, statePrefixes),
      ...variablePorts(model.outputs, nextPrefixes),
    ]),
    programs: [step, commitProgram(model)],
  });
  return {
    session,
    async compute({ pixels, labels, rates }) {
      const outputs = session.run('step', {
        ...pixelInput(spec, spec.shape.images, pixels),
        [stepPorts.labels]: { values: labels, shape: [labels.length] },
        ...rateInputs(rates),
      });
      // Every sum is among the outputs.
      const readouts = readoutsOf(spec.loss, (name) => outputs[stepPorts.sums + name]!);
      return { readouts, rows: rowsOf(spec, (port) => outputs[port]!), ...measures(outputs) };
    },
    commit: () => void session.run('commit', {}),
    release: async () => session.release(),
  };
}

function stepInChunks(binding: NativeBinding, spec: StepSpec): GraphStep {
  const project = traceProjection(spec, tensorflowTarget);
  const accumulate = traceChunkGradients(spec, tensorflowTarget);
  const update = traceUpdate(spec, tensorflowTarget);
  const { gradients, statistics } = stepPorts;
  const sums = variablePorts(accumulate.inputs, [gradients, statistics]);
  const session = openGraphSession(binding, {
    variables: new Map([
      ...variablePorts(update.inputs, statePrefixes),
      ...variablePorts(update.outputs, nextPrefixes),
      ...sums,
    ]),
    programs: [
      { name: 'project', model: project },
      { name: 'accumulate', model: accumulate, assigned: summed(accumulate) },
      { name: 'update', model: update, assigned: sameNames(update, nextPrefixes) },
      commitProgram(update),
    ],
  });
  const images = imagesAtOnce(spec);
  const size = spec.encoder.projectionSize;
  const losses = splitLosses(graphTileCompiler(binding), spec.loss);
  return {
    session,
    async compute({ rates, ...batch }) {
      const { readouts, rows } = await splitStep<null, true>(
        spec,
        {
          async project(_state, pixels) {
            const outputs = session.run('project', pixelInput(spec, images, pixels));
            return outputs[stepPorts.projection]!;
          },
          async accumulate(_state, pixels, projectionGradient, before) {
            if (before === undefined) session.clear([...sums.keys()]);
            const shape = [projectionGradient.length / size, size];
            session.run('accumulate', {
              ...pixelInput(spec, images, pixels),
              [stepPorts.projectionGradient]: { values: projectionGradient, shape },
            });
            return true;
          },
          losses,
        },
        null,
        batch,
      );
      return { readouts, rows, ...measures(session.run('update', rateInputs(rates))) };
    },
    commit: () => void session.run('commit', {}),
    async release() {
      session.release();
      await losses.release();
    },
  };
}

/** Outputs that are variables under their own names. */
function sameNames(
  { outputs }: OnnxModel,
  prefixes: readonly string[],
): NonNullable<GraphProgram['assigned']> {
  return new Map([...variablePorts(outputs, prefixes).keys()].map((name) => [name, name]));
}

/** Sums over the chunks so far, written over those that they were made from. */
function summed({ outputs }: OnnxModel): NonNullable<GraphProgram['assigned']> {
  const { nextGradients, gradients, nextStatistics, statistics } = stepPorts;
  const renamed = (from: string, to: string): readonly (readonly [string, string])[] =>
    outputs
      .filter(({ name }) => name.startsWith(from))
      .map(({ name }) => [name, to + name.slice(from.length)]);
  return new Map([...renamed(nextGradients, gradients), ...renamed(nextStatistics, statistics)]);
}

function measures(
  outputs: Readonly<Record<string, Float32Array>>,
): Pick<StepMeasures, 'gradientNorm' | 'statisticsSize'> {
  return {
    gradientNorm: outputs[stepPorts.gradientNorm]![0]!,
    statisticsSize: outputs[stepPorts.statisticsSize]![0]!,
  };
}

function pixelInput(
  spec: StepSpec,
  images: number,
  pixels: Float32Array,
): Readonly<Record<string, GraphInput>> {
  const { name, shape } = pixelsInput(spec, images);
  return { [name]: { values: pixels, shape } };
}

function rateInputs(rates: Readonly<Record<string, number>>): Record<string, GraphInput> {
  return Object.fromEntries(
    Object.entries(rates).map(([name, value]) => [
      stepPorts.rates + name,
      { values: Float32Array.of(value), shape: [] },
    ]),
  );
}
