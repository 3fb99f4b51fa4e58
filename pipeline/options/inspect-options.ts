import { flag, integer, path } from './option-fields.ts';
import { sheetFields, sheetGroups, type SheetOptions, sheetRules } from './sheet-options.ts';
import { defineVerb, type Verb } from './verb.ts';

/** Options of `inspect`. */
export interface InspectOptions extends SheetOptions {
  /**
   * Folder that a verb wrote, or a file of vectors, tables or weights; or images, as
   * `train` takes them.
   */
  readonly path: string;
  /** First rows to show. @default 5 */
  readonly rows?: number | undefined;
  /** Read everything and compare hashes and counts. @default false */
  readonly verify?: boolean | undefined;
}

const defaultRows = 5;

const own = {
  path: path(
    'Folder that a verb wrote, or a file of vectors, tables or weights; or images, as ' +
      '`train` takes them.',
  ),
  rows: integer(0, 'First rows to show.').default(defaultRows),
  verify: flag('Read everything and compare hashes and counts.'),
};

/** `sincere inspect PATH`. */
export const inspectVerb: Verb<InspectOptions> = defineVerb<InspectOptions>({
  name: 'inspect',
  summary:
    'Say what a file, a folder or a set of images is and what it holds, or draw views of images.',
  positional: 'path',
  fields: { ...own, ...sheetFields },
  groups: { Options: own, ...sheetGroups },
  rules: [
    ...sheetRules,
    {
      option: 'rows',
      expected: 'absent with `views`, which are of images',
      holds: ({ rows, views }) => views === null || rows === defaultRows,
    },
    {
      option: 'verify',
      expected: 'absent with `views`, which are of images',
      holds: ({ verify, views }) => views === null || !verify,
    },
  ],
});
