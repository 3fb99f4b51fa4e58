import { programArguments } from '../helpers/project.ts';
import type { Side } from './side.ts';
import { timedProcess, type TimedProcess } from './timed-process.ts';
import type { CardAnswer, CardRequest } from './worker-calls.ts';

/** A process of the check. It is started at the first question, and again at the next one when it is gone. */
export interface CardProcess {
  /**
   * @throws {Late} When it did not answer in time. @throws {Error} When it could not do it, or ended.
   */
  ask<K extends keyof AnswersByKey>(
    key: K,
    request: CardRequest,
    ms: number,
  ): Promise<AnswersByKey[K]>;
  end(): void;
}

type AnswersByKey = {
  readonly [
    K in Exclude<CardAnswer extends infer A ? (A extends A ? keyof A : never) : never, 'failed'>
  ]: Extract<CardAnswer, Readonly<Record<K, unknown>>>[K];
};

/** @param env Variables beside those of the side. */
export function cardProcess(
  side: Side | undefined,
  env: Readonly<Record<string, string>> = {},
): CardProcess {
  let process: TimedProcess | undefined;
  const started = (): TimedProcess => {
    const program = programArguments(new URL('card-worker.ts', import.meta.url));
    return timedProcess(globalThis.process.execPath, program, { ...side?.env, ...env });
  };
  return {
    async ask(key, request, ms) {
      if (process?.alive !== true) process = started();
      // What the worker answers is what its types say.
      const answer = (await process.ask(request, ms)) as Record<string, never>;
      if ('failed' in answer) throw new Error(answer['failed']);
      return answer[key]!;
    },
    end: () => process?.end(),
  };
}
