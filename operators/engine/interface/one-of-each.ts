import { PipelineError } from '../../errors.ts';
import type { BesideTrainer } from './engine.ts';

/** A session, as far as its end goes. */
interface Closing {
  close(): Promise<void>;
}

/** Encoders and losses beside a trainer, which ends with it. */
export interface OneOfEach {
  readonly beside: BesideTrainer;
  /** Closes what is open. */
  close(): Promise<void>;
}

/** Sessions beside a trainer, one encoder and one loss at a time. A closed one refuses its calls. */
export function oneOfEach({ createEncoder, createLoss }: BesideTrainer): OneOfEach {
  const encoder = place('encoder');
  const loss = place('loss');
  return {
    beside: {
      createEncoder: (spec, weights, shape) =>
        encoder.take(
          () => createEncoder(spec, weights, shape),
          (session, check) => ({
            ...session,
            async run(pixels) {
              check();
              return await session.run(pixels);
            },
          }),
        ),
      createLoss: (spec) =>
        loss.take(
          () => createLoss(spec),
          (session, check) => ({
            ...session,
            async run(rows, options) {
              check();
              return await session.run(rows, options);
            },
          }),
        ),
    },
    async close() {
      await Promise.all([encoder.close(), loss.close()]);
    },
  };
}

/** A place that one session takes at a time. */
function place(what: string) {
  let taken = false;
  let last: Closing | undefined;
  /** @param guarded The session with calls that `check` first that it is open. */
  const take = async <T extends Closing>(
    open: () => Promise<T>,
    guarded: (session: T, check: () => void) => T,
  ): Promise<T> => {
    if (taken) throw isOpen(what);
    taken = true;
    let session: T;
    try {
      session = await open();
    } catch (error) {
      taken = false;
      throw error;
    }
    let closing: Promise<void> | undefined;
    const check = (): void => {
      if (closing !== undefined) throw new PipelineError('ERR_ENGINE', `The ${what} was closed`);
    };
    const close = (): Promise<void> => {
      closing ??= session.close().then(() => void (taken = false));
      return closing;
    };
    last = { close };
    return { ...guarded(session, check), close };
  };
  return { take, close: async () => await last?.close() };
}

function isOpen(what: string): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `Expected the ${what} beside the trainer to be closed before another is opened`,
  );
}
