import type { ConversionReport } from '../../outputs/convert/conversion.ts';
import type { Command } from '../command-line/command.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { convert } from '../convert.ts';
import { type ConvertOptions, convertVerb } from '../options/convert-options.ts';
import { counted } from '../../operators/message-words.ts';
import { afterConversion } from '../next/after-conversion.ts';

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
  next: async (_result, { options }) => await afterConversion(options),
  json: ({ rows, bytes }) => ({ rows, bytes }),
};
