import { counted } from '../../operators/message-words.ts';
import type { ReportFile } from '../../outputs/report/write-report.ts';
import type { Command } from '../command-line/command.ts';
import { type ReportOptions, reportVerb } from '../options/report-options.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { report } from '../report.ts';

/** `report` on the command line. */
export const reportCommand: Command<ReportOptions, ReportFile> = {
  verb: reportVerb,
  run: report,
  stopped: ({ watch }) =>
    watch ? 'stopped; the page is not served any more' : 'stopped; nothing is left half-written',
  about: ({ results, out }) => ({ results, out }),
  lines: ({ file, bytes, sections }) => [
    `wrote ${file}, ${shownBytes(bytes)}: ${counted(sections.length, 'section')} (${sections.join(', ')})`,
    'open it in a browser',
  ],
  // Where to look is the page itself.
  next: () => [],
  json: ({ file, bytes, sections, notes }) => ({ file, bytes, sections, notes }),
};
