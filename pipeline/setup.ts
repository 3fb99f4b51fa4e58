import { type SetupOptions, setupVerb } from './options/setup-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { setUpTensorflow } from './setup-tensorflow/set-up-tensorflow.ts';
import { type SetupTools, systemTools } from './setup-tensorflow/setup-context.ts';
import type { SetupResult } from './setup-tensorflow/setup-result.ts';

/**
 * Builds the native library of an engine from wheels of PyPI: fetched with the user's pip, compiled with the user's
 * compiler, verified in a process of its own.
 *
 * What is there already and works stays. Everything is made beside its place and put there at the end, so that whatever
 * ends it leaves a package that is set up, or one that is not.
 *
 * @param tools Programs of the user, for tests.
 * @throws {PipelineError} `ERR_CONFIG` where the system lacks something; `ERR_FORMAT` for a wheel that is damaged or
 * another; `ERR_READ` when a download fails; `ERR_ENGINE` when what was built does not compute what it should;
 * `ERR_WRITE`; `ERR_LOCKED`.
 * @example
 * ```ts
 * const { state, device } = await setup({ engine: 'tensorflow', cpu: true });
 * ```
 */
export function setup(given: SetupOptions, tools: SetupTools = systemTools): Run<SetupResult> {
  return startRun(setupVerb, given, (options, scope, note) =>
    runTask(scope, (tell) => setUpTensorflow(options, { signal: scope.signal, note, tell, tools })),
  );
}
