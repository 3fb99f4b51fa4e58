import { availableCores } from '../threads/available-cores.ts';
import { PipelineError } from '../errors.ts';
import type { Engine, RejectedCandidate } from './interface/engine.ts';
import type {
  Assessment,
  CandidateOptions,
  EngineCandidate,
} from './interface/engine-candidate.ts';
import { hasNvidiaDriver } from './onnx/graphics-card-nodes.ts';
import { openOnnxEngine, processorWords } from './onnx-engine.ts';
import { DeviceFailure } from './onnx/device-failure.ts';
import { findDevice } from './onnx/find-device.ts';
import { tensorflowCandidate } from './tensorflow-candidate.ts';

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
