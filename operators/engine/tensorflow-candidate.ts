import type { Engine } from './interface/engine.ts';
import type { Assessment, EngineCandidate } from './interface/engine-candidate.ts';
import { cardCode, cardObstacles, oldestDriver } from './tensorflow/card-support.ts';
import type { LoaderMessages } from './tensorflow/loader-messages.ts';
import { findNvidiaDriver, type NvidiaDriver } from './tensorflow/nvidia-driver.ts';
import { probeTensorflow, type ProbeTensorflowOptions } from './tensorflow/probe-tensorflow.ts';
import { deviceOf, openTensorflowEngine } from './tensorflow-engine.ts';
import { TensorflowFailure } from './tensorflow/tensorflow-failure.ts';

/**
 * TensorFlow, where it computes on a graphics card: on the processor ONNX Runtime is faster. It is not even tried where
 * no NVIDIA driver runs, or where it serves none of the cards.
 *
 * @param platform Another system, for tests.
 */
export function tensorflowCandidate(
  probe: ProbeTensorflowOptions = {},
  platform: string = process.platform,
): EngineCandidate {
  const { findDriver = findNvidiaDriver } = probe;
  return {
    title: 'tensorflow on CUDA',
    engine: 'tensorflow',
    async assess({ threads, announce }) {
      const driver = await findDriver();
      const idle = reasonNotToTry(driver, platform);
      if (idle !== undefined) return { usable: false, broken: false, reason: idle };
      try {
        const found = await probeTensorflow({ announce, ...probe });
        if (found.usesGpu) {
          const open = (): Promise<Engine> => openTensorflowEngine({ ...probe, threads, found });
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

/** Reason for which TensorFlow can have no card here, whatever is installed. */
function reasonNotToTry(driver: NvidiaDriver | undefined, platform: string): string | undefined {
  if (platform === 'darwin') return 'There is no CUDA on macOS';
  if (platform !== 'linux') return undefined;
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
  const isServed =
    driver.cards.length === 0 || driver.cards.some((card) => cardCode(card) !== 'none');
  return isServed ? undefined : obstaclesOf(driver).join('. ');
}

/** TensorFlow that loads, and sees no card beside a driver. */
function failureOnProcessor({
  builtForCuda,
  lacksCuda,
  complaints,
}: LoaderMessages): TensorflowFailure {
  if (!builtForCuda)
    return new TensorflowFailure('processor', 'it is set up for the processor only');
  const seen = ['it finds no graphics card', ...complaints].join('; ');
  return new TensorflowFailure(lacksCuda ? 'cuda' : 'card', seen);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
