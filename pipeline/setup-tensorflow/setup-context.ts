import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNvidiaDriver } from '../../operators/engine/tensorflow/nvidia-driver.ts';
import {
  type FoundTensorflow,
  probeTensorflow,
  type ProbeTensorflowOptions,
} from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import type { TellNote } from '../parts/run-event.ts';
import type { TellProgress } from '../parts/run-task.ts';
import { type SystemFacts, thisSystem } from './check-machine.ts';
import { wheelsOf } from './pinned-wheels.ts';
import type { WheelFile } from './wheel-file.ts';

/** Programs, folders and wheels of a setup. */
export interface SetupTools {
  /** Verifies a package by its folder. */
  readonly probe: (options: ProbeTensorflowOptions) => Promise<FoundTensorflow>;
  /** Folder from which the package is looked for. */
  readonly from: string;
  /** Environment of the user's programs, which also says where they and the cache are. */
  readonly env: NodeJS.ProcessEnv;
  readonly system: () => SystemFacts;
  readonly findDriver: () => ReturnType<typeof findNvidiaDriver>;
  /** Wheels of each variant. */
  readonly wheelsOf: typeof wheelsOf;
}

/** Programs, folders and wheels of this process and its user. */
export const systemTools: SetupTools = {
  probe: probeTensorflow,
  from: path.dirname(fileURLToPath(import.meta.url)),
  env: process.env,
  system: thisSystem,
  findDriver: findNvidiaDriver,
  wheelsOf,
};

/** Surroundings of a setup: its tools, and its reports. */
export interface SetupContext {
  readonly signal: AbortSignal;
  /** Keeps a wheel open until the setup has ended. */
  readonly keep: (wheel: WheelFile) => void;
  readonly note: TellNote;
  readonly tell: TellProgress;
  readonly tools: SetupTools;
}
