import { PipelineError } from '../../errors.ts';
import type { LoaderMessages } from './loader-messages.ts';
import { cudaVersions, oldestDriver } from './card-support.ts';

/**
 * Reason for which TensorFlow cannot be used here: the package is not there (`absent`); its native
 * addon is not (`addon`), does not find its libraries (`libraries`), or was built for another Node
 * (`abi`); it brings a TensorFlow.js of its own (`copies`); it fails in another way (`broken`),
 * ends the process (`crashed`), does not answer (`late`), or computes something else (`numbers`);
 * it is there for the processor only (`processor`), or without CUDA's libraries (`cuda`); or there is no graphics card
 * that it can use (`card`).
 */
export type TensorflowFailureKind =
  | 'absent'
  | 'addon'
  | 'libraries'
  | 'abi'
  | 'copies'
  | 'broken'
  | 'crashed'
  | 'late'
  | 'numbers'
  | 'processor'
  | 'cuda'
  | 'card';

/** Error of a TensorFlow that cannot be used here, with the way out. */
export class TensorflowFailure extends PipelineError {
  readonly kind: TensorflowFailureKind;
  /** Observation, without the way out. */
  readonly detail: string;
  /** Way out, a sentence without its full stop. */
  readonly way: string;

  constructor(kind: TensorflowFailureKind, detail: string, options: ErrorOptions = {}) {
    const text = `The \`tensorflow\` engine cannot be used here: ${detail}. ${wayOut[kind]}`;
    super('ERR_ENGINE', text, { ...options, options: ['engine'] });
    this.kind = kind;
    this.detail = detail;
    this.way = wayOut[kind];
  }
}

/** TensorFlow that works, on the processor. */
export function failureOnProcessor(loader: LoaderMessages): TensorflowFailure {
  if (!loader.builtForCuda) {
    return new TensorflowFailure('processor', 'it is set up for the processor only');
  }
  const seen = ['it finds no graphics card', ...loader.complaints].join('; ');
  return new TensorflowFailure(loader.lacksCuda ? 'cuda' : 'card', seen);
}

const setUp =
  'Run `sincere setup tensorflow`, on a machine with an NVIDIA card `sincere setup tensorflow --cuda`';

const wayOut: Readonly<Record<TensorflowFailureKind, string>> = {
  absent: setUp,
  addon: setUp,
  libraries: 'Run `sincere setup tensorflow`, which puts TensorFlow 2.21 beside it',
  abi: 'Run `sincere setup tensorflow` with this Node, or use the Node that it was set up with',
  copies:
    'Install the version of `@tensorflow/tfjs-node-gpu` that is the same as that of `@tensorflow/tfjs`, and run `npm dedupe`',
  broken: 'Run `sincere setup tensorflow` again, or use `engine: onnx`',
  crashed: `\`sincere doctor\` says whether the driver goes with ${cudaVersions}; or use \`engine: onnx\``,
  late:
    'Where the driver compiles the kernels for a card without machine code, run it again: what was compiled is kept. Or ' +
    'use `engine: onnx`',
  numbers: 'Use `engine: onnx`, and report the graphics card with the version of its driver',
  processor: 'Run `sincere setup tensorflow --cuda`',
  cuda: `Run \`sincere setup tensorflow --cuda\`, which puts ${cudaVersions} beside it`,
  card:
    `It wants an NVIDIA graphics card of compute capability 6.0 or higher and its driver, ${oldestDriver.cuda12} or ` +
    'later; in a container both have to be visible (`docker run --gpus all`)',
};
