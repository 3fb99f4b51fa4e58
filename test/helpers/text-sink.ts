import type { TextSink } from '../../pipeline/command-line/status-line.ts';

/** Keeps what is written. */
export interface KeptText extends TextSink {
  readonly text: () => string;
}

/** A stream that only remembers. */
export function textSink(terminal: Pick<TextSink, 'isTTY' | 'columns'> = {}): KeptText {
  let text = '';
  return {
    ...terminal,
    write(more) {
      text += more;
    },
    text: () => text,
  };
}
