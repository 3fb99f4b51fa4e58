import type { Engine } from './interface/engine.ts';
import type { Assessment, EngineCandidate } from './interface/engine-candidate.ts';
import { cardObstacles, hasCodeFor, oldestDriver } from './tensorflow/card-support.ts';
import { findNvidiaDriver, type NvidiaDriver } from './tensorflow/nvidia-driver.ts';
import { probeTensorflow, type ProbeTensorflowOptions } from './tensorflow/probe-tensorflow.ts';
import { deviceOf, openTensorflowEngine } from './tensorflow-engine.ts';
import { failureOnProcessor, TensorflowFailure } from './tensorflow/tensorflow-failure.ts';

const thisSystem = `${process.platform}-${process.arch}`;

/** The candidate's surroundings; a test has others. */
export interface TensorflowCandidateOptions extends ProbeTensorflowOptions {
  /** @default probeTensorflow */
  readonly probe?: typeof probeTensorflow | undefined;
  /** Of Node, such as `linux-x64`. @default that of this process */
  readonly system?: string | undefined;
}

/**
 * TensorFlow, where it computes on a graphics card: on the processor ONNX Runtime is faster. It is not even tried where
 * no NVIDIA driver runs, or where it has code for none of the cards.
 */
export function tensorflowCandidate(options: TensorflowCandidateOptions = {}): EngineCandidate {
  const { probe = probeTensorflow, findDriver = findNvidiaDriver } = options;
  const { system = thisSystem } = options;
  return {
    title: 'tensorflow on CUDA',
    engine: 'tensorflow',
    async assess({ threads, announce }) {
      const driver = await findDriver();
      const idle = reasonNotToTry(driver, system);
      if (idle !== undefined) return { usable: false, broken: false, reason: idle };
      try {
        const found = await probe({ announce, ...options });
        if (found.usesGpu) {
          const open = (): Promise<Engine> => openTensorflowEngine({ ...options, threads, found });
          return { usable: true, device: deviceOf(found), open };
        }
        const { message } = failureOnProcessor(found.loader);
        const byName = 'Named, `engine: tensorflow` computes on the processor';
        return rejection([message, ...obstaclesOf(driver), byName], true);
      } catch (error) {
        if (!(error instanceof TensorflowFailure)) throw error;
        const isSetUp = error.kind !== 'absent' && error.kind !== 'addon';
        return rejection([error.message, ...obstaclesOf(driver)], isSetUp);
      }
    },
  };
}

function rejection(sentences: readonly string[], broken: boolean): Assessment {
  return { usable: false, broken, reason: sentences.join('. ') };
}

function obstaclesOf(driver: NvidiaDriver | undefined): readonly string[] {
  return driver === undefined ? [] : cardObstacles(driver).map(sentence);
}

/** Reason for which TensorFlow can have no card here, whatever is installed, so that it is not tried. */
export function reasonNotToTry(
  driver: NvidiaDriver | undefined,
  system: string = thisSystem,
): string | undefined {
  if (system.startsWith('darwin')) return 'There is no CUDA on macOS';
  if (!system.startsWith('linux')) return undefined;
  if (/^\s*(?:-1.*)?$/u.test(process.env['CUDA_VISIBLE_DEVICES'] ?? '0')) {
    return 'The variable `CUDA_VISIBLE_DEVICES` hides every card';
  }
  if (driver === undefined) {
    return (
      `No NVIDIA driver is loaded. An NVIDIA card needs one, ${oldestDriver.cuda12} or later; other cards are for \`onnx\` ` +
      'on webgpu'
    );
  }
  if (!driver.hasDevices) {
    return (
      `The NVIDIA driver${driver.version === null ? '' : ` ${driver.version}`} runs, but none of its devices is visible. ` +
      'In a container make them visible: `docker run --gpus all`, or the limit `nvidia.com/gpu: 1` on Kubernetes'
    );
  }
  if (system !== 'linux-x64') {
    return `TensorFlow is there with CUDA for linux-x64 only, and this is ${system}: use \`onnx\` on webgpu`;
  }
  return hasCodeFor(driver) ? undefined : obstaclesOf(driver).join('. ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
