import type {
  FoundTensorflow,
  ProbeTensorflowOptions,
} from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { TellNote } from '../parts/run-event.ts';
import type { TellProgress } from '../parts/run-task.ts';

/** Programs and folders of a setup. */
export interface SetupTools {
  /** Verifies a package by its folder. */
  readonly probe: (options: ProbeTensorflowOptions) => Promise<FoundTensorflow>;
  /** Folder from which the package is looked for. @default that of this program */
  readonly from?: string | undefined;
}

/** What a setup tells, and what it works with. */
export interface SetupContext {
  readonly scope: Pick<RunScope, 'signal' | 'defer'>;
  readonly note: TellNote;
  readonly tell: TellProgress;
  readonly tools: SetupTools;
}
