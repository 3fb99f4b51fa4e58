import { plainLines, plainText } from '../../operators/message-words.ts';

/** The part of a stream that is written to. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of a terminal in characters. */
  readonly columns?: number | undefined;
}

/** Status of a run on a terminal or in a log: one line that changes, and lines that stay. */
export interface StatusLine {
  /** `show` replaces the line before: on a terminal. Elsewhere each is a line of its own. */
  readonly rewrites: boolean;
  /** Shows where things stand. */
  readonly show: (text: string) => void;
  /** Prints a line that stays, above the status. */
  readonly say: (text: string) => void;
  /** The same for what is good to know and no more: a brief one leaves it out. */
  readonly inform: (text: string) => void;
  /** Leaves the last status as it is; the next one gets a new line. */
  readonly end: () => void;
}

const clearLine = '\r\u001B[K';

/** A status line on `sink`. A quiet one shows nothing, a brief one informs of nothing; both say what is to be said. */
export function statusLine(
  sink: TextSink,
  { quiet = false, brief = false }: { readonly quiet?: boolean; readonly brief?: boolean } = {},
): StatusLine {
  const rewrites = sink.isTTY === true;
  let current = '';
  // A line that wraps could not be taken back.
  const fitted = (text: string): string => text.slice(0, Math.max(1, (sink.columns || 80) - 1));
  const say = (given: string): void => {
    const text = plainLines(given);
    sink.write(current === '' ? `${text}\n` : `${clearLine}${text}\n${current}`);
  };
  return {
    rewrites,
    say,
    inform(text) {
      if (!brief) say(text);
    },
    show(given) {
      if (quiet) return;
      const text = plainText(given);
      if (!rewrites) {
        sink.write(`${text}\n`);
        return;
      }
      current = fitted(text);
      sink.write(`${clearLine}${current}`);
    },
    end() {
      if (current !== '') sink.write('\n');
      current = '';
    },
  };
}
