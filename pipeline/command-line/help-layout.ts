import type { HelpConfiguration } from 'commander';

/** No line of help is longer, however wide the terminal is. */
export const maxHelpWidth = 100;

/** Flags stand in a column of at most so many characters; a longer one has its sentence on the next line. */
const maxTermWidth = 28;

const indent = 2;
const gap = 2;

/** Layout of help: flags in one narrow column, sentences wrapped beside it. */
export const helpLayout: HelpConfiguration = {
  formatItem(term, termWidth, description, helper) {
    const column = indent + Math.min(termWidth, maxTermWidth) + gap;
    const width = (helper.helpWidth ?? maxHelpWidth) - column;
    const lines = helper.boxWrap(description, width).split('\n');
    const margin = ' '.repeat(column);
    const head = `${' '.repeat(indent)}${term}`;
    const [first = '', ...rest] = lines;
    const begin =
      head.length + gap > column ? `${head}\n${margin}${first}` : head.padEnd(column) + first;
    return [begin, ...rest.map((line) => margin + line)].join('\n').trimEnd();
  },
};
