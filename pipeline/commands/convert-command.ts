import type { ConversionReport } from '../../outputs/convert/conversion.ts';
import type { Command } from '../command-line/command.ts';
import { formatOf } from '../../outputs/convert/formats.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { convert } from '../convert.ts';
import { type ConvertOptions, convertVerb } from '../options/convert-options.ts';
import { counted } from '../../operators/message-words.ts';
import { nextStep } from '../next/next-step.ts';
import { exportIn } from '../next/exports-beside.ts';
import { inspectVerb } from '../options/inspect-options.ts';

/** `convert` on the command line. */
export const convertCommand: Command<ConvertOptions, ConversionReport> = {
  verb: convertVerb,
  run: convert,
  // The signal may have come when the file had its name already.
  stopped: () => 'stopped; nothing is left half-written',
  about: ({ source, to, out }) => ({ source, to, out }),
  lines: ({ rows, bytes }, { options }) => [
    `wrote ${counted(rows, 'row')}, ${shownBytes(bytes)}, to ${options.out}`,
  ],
  // Vectors are read again from any format of tables and arrays.
  next: async (_result, { options: { source, to, out } }) =>
    formatOf(to).extension === null || (await exportIn(source)) === undefined
      ? []
      : [nextStep('what other verbs find in it', inspectVerb, { path: out })],
  json: ({ rows, bytes }) => ({ rows, bytes }),
};
