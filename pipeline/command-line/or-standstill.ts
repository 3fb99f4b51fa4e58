import { PipelineError } from '../../operators/errors.ts';
import { atStandstill } from '../../operators/flow/at-standstill.ts';

/**
 * The outcome of `work`; an error where the event loop of the process runs empty before there is one. Node would end the
 * process there without a word, with the exit code of success.
 *
 * @throws {PipelineError} `ERR_CONTRACT` at a standstill.
 */
export async function orStandstill<T>(work: () => Promise<T>): Promise<T> {
  let leave = (): void => {};
  const standstill = new Promise<never>((_resolve, reject) => {
    leave = atStandstill(() => reject(stuck()));
  });
  try {
    return await Promise.race([work(), standstill]);
  } finally {
    leave();
  }
}

function stuck(): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    'The program waits for something that cannot come any more: nothing is under way, and there is no result. ' +
      'That is a fault of the program, not of its input. What was saved stays.',
  );
}
