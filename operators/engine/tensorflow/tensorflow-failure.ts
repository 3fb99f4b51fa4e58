import { PipelineError } from '../../errors.ts';

/**
 * Reason for which TensorFlow cannot be used here: the package is not there (`absent`); its native
 * addon is not (`addon`), does not find its libraries (`libraries`), or was built for another Node
 * (`abi`); it brings a TensorFlow.js of its own (`copies`); it fails in another way (`broken`),
 * ends the process (`crashed`), does not answer (`late`), or computes something else (`numbers`);
 * or there is no graphics card that it can use (`processor`).
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
  | 'processor';

/** Error of a TensorFlow that cannot be used here, with the way out. */
export class TensorflowFailure extends PipelineError {
  readonly kind: TensorflowFailureKind;
  /** Observation, without the way out. */
  readonly detail: string;

  constructor(kind: TensorflowFailureKind, detail: string, options: ErrorOptions = {}) {
    const text = `The \`tensorflow\` engine cannot be used here: ${detail}. ${wayOut[kind]}`;
    super('ERR_ENGINE', text, { ...options, options: ['engine'] });
    this.kind = kind;
    this.detail = detail;
  }
}

const wayOut: Readonly<Record<TensorflowFailureKind, string>> = {
  absent:
    'Install it with `npm install @tensorflow/tfjs-node-gpu`, with CUDA 11.2 and cuDNN 8.1 for the graphics card; npm ' +
    'leaves it out without a word when its own download fails',
  addon:
    'Its install script was skipped or failed: run `npm rebuild @tensorflow/tfjs-node-gpu`, with access to its download',
  libraries:
    'Install what is missing, or put its folder on `LD_LIBRARY_PATH`; TensorFlow 2.9 wants CUDA 11.2 and cuDNN 8.1',
  abi: 'Run `npm rebuild @tensorflow/tfjs-node-gpu` with this Node, or use the Node that it was installed with',
  copies:
    'Install the version of `@tensorflow/tfjs-node-gpu` that is the same as that of `@tensorflow/tfjs`, and run `npm dedupe`',
  broken: 'Reinstall it, or use `engine: onnx`',
  crashed: 'Look whether driver, CUDA 11.2 and cuDNN 8.1 go together, or use `engine: onnx`',
  late: 'A graphics card newer than CUDA 11.2 makes it compile for minutes: use `engine: onnx`',
  numbers: 'Use `engine: onnx`, and report the graphics card with the version of its driver',
  processor:
    'It wants an NVIDIA graphics card up to compute capability 8.0, its driver, CUDA 11.2 and cuDNN 8.1 on the library path',
};
