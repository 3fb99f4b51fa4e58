import { availableCores } from '../threads/available-cores.ts';
import { PipelineError } from '../errors.ts';
import type { Engine, RejectedCandidate } from './interface/engine.ts';
import { hasNvidiaDriver } from './onnx/graphics-card-nodes.ts';
import { openOnnxEngine, processorWords } from './onnx-engine.ts';
import { DeviceFailure } from './onnx/device-failure.ts';
import { findDevice } from './onnx/find-device.ts';
import { deviceOf, openTensorflowEngine } from './tensorflow-engine.ts';
import {
  type FoundTensorflow,
  probeTensorflow,
  type ProbeTensorflowOptions,
} from './tensorflow/probe-tensorflow.ts';
import { TensorflowFailure } from './tensorflow/tensorflow-failure.ts';

/** Requirements of an engine that `auto` takes. */
export interface CandidateOptions {
  /** Threads of the engine, 1 or more. @default the cores that this process may use */
  readonly threads?: number | undefined;
}

/** Candidate of `auto` and `doctor`: an engine on a device. */
export interface EngineCandidate {
  /** Such as `tensorflow on CUDA`. */
  readonly title: string;
  /** Engine name; of the two only `onnx` opens ONNX files too, not only the networks of `train`. */
  readonly engine: 'tensorflow' | 'onnx';
  /** Probes whether it works here and is worth taking. Opens nothing; errors are faults of ours. */
  readonly assess: (options: CandidateOptions) => Promise<Assessment>;
}

/** Verdict on a candidate. */
export type Assessment =
  | {
      readonly usable: true;
      /** Device in words. */
      readonly device: string;
      readonly open: () => Promise<Engine>;
    }
  | {
      readonly usable: false;
      /**
       * True for a broken installation, such as a package that is installed and does not load. That
       * an optional package or a graphics card is not there is no fault.
       */
      readonly broken: boolean;
      /** Reason, with the way out. */
      readonly reason: string;
    };

/**
 * Candidates of `auto`, best first; it takes the first usable one. The reference engine is not
 * among them.
 */
export const engineCandidates: readonly EngineCandidate[] = [
  tensorflowCandidate(),
  deviceCandidate('cuda'),
  deviceCandidate('webgpu'),
  {
    title: 'onnx on the processor',
    engine: 'onnx',
    async assess({ threads = availableCores() }) {
      return {
        usable: true,
        device: processorWords(threads),
        open: () => openOnnxEngine({ threads }),
      };
    },
  },
];

/** TensorFlow, where it computes on a graphics card: on the processor ONNX Runtime is faster. */
export function tensorflowCandidate(probe: ProbeTensorflowOptions = {}): EngineCandidate {
  return {
    title: 'tensorflow on CUDA',
    engine: 'tensorflow',
    async assess({ threads }) {
      try {
        const found = await probeTensorflow(probe);
        if (found.usesGpu) {
          const open = (): Promise<Engine> => openTensorflowEngine({ ...probe, threads, found });
          return { usable: true, device: deviceOf(found), open };
        }
        const seen = ['it finds no graphics card', ...found.complaints].join('; ');
        const { message } = new TensorflowFailure('processor', seen);
        const byName = 'Named, `engine: tensorflow` computes on the processor';
        return { usable: false, broken: mayBeMended(found), reason: `${message}. ${byName}` };
      } catch (error) {
        if (!(error instanceof TensorflowFailure)) throw error;
        return { usable: false, broken: error.kind !== 'absent', reason: error.message };
      }
    },
  };
}

/**
 * ONNX Runtime on a graphics card, where a training step is right and takes less time than on the processor.
 *
 * @param find Another way to try devices, for tests.
 * @param nvidia Whether the driver of an NVIDIA card runs: that WebGPU then finds no card is a fault. That of CUDA, which
 * takes a download of its own, is none.
 */
export function deviceCandidate(
  device: 'cuda' | 'webgpu',
  find: typeof findDevice = findDevice,
  nvidia: () => boolean = hasNvidiaDriver,
): EngineCandidate {
  return {
    title: `onnx on ${device}`,
    engine: 'onnx',
    async assess({ threads = availableCores() }) {
      const not = (reason: string, broken = false): Assessment => ({
        usable: false,
        broken,
        reason,
      });
      try {
        const { stepMs, words } = await find(device, { threads, timed: true });
        if (stepMs === null) return not(`It is not known to be a graphics card: ${words}`);
        if (stepMs.device >= stepMs.processor) {
          const [slow, fast] = [stepMs.device.toFixed(1), stepMs.processor.toFixed(1)];
          return not(`A step takes ${slow} ms on it, and ${fast} ms on the processor: ${words}`);
        }
        return { usable: true, device: words, open: () => openOnnxEngine({ threads, device }) };
      } catch (error) {
        // That it cannot be used is an answer; everything else is not.
        if (!(error instanceof PipelineError)) throw error;
        const cardFound = error instanceof DeviceFailure && error.cardFound;
        return not(error.message, cardFound || (device === 'webgpu' && nvidia()));
      }
    },
  };
}

/**
 * True when a card lies idle: a driver without its libraries. Without a driver there is probably no
 * card.
 */
function mayBeMended({ complaints }: FoundTensorflow): boolean {
  const noCard = /libcuda\.so|CUDA_ERROR_NO_DEVICE|no CUDA-capable device/u;
  return complaints.length > 0 && !complaints.some((complaint) => noCard.test(complaint));
}

/**
 * Opens the first usable candidate; those before it are in `rejected` of the engine.
 *
 * @param models Whether ONNX files are to be opened, which not every candidate does.
 * @throws {PipelineError} `ERR_ENGINE` when none is usable, with the reason of each.
 */
export async function openFirstUsable(
  candidates: readonly EngineCandidate[],
  options: CandidateOptions,
  models: boolean,
): Promise<Engine> {
  const rejected: RejectedCandidate[] = [];
  for (const { title, engine, assess } of candidates) {
    if (models && engine !== 'onnx') {
      rejected.push({ title, broken: false, reason: 'It opens no ONNX files' });
      continue;
    }
    const assessment = await assess(options);
    if (assessment.usable) return { ...(await assessment.open()), rejected };
    rejected.push({ title, broken: assessment.broken, reason: assessment.reason });
  }
  const reasons = rejected.map(({ title, reason }) => `\n- ${title}: ${reason}`).join('');
  throw new PipelineError('ERR_ENGINE', `No engine can be used here:${reasons}`);
}
