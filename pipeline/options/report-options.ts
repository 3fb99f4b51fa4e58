import { optional, path, paths } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `report`. */
export interface ReportOptions {
  /** Folders that verbs wrote, such as runs and evaluations, or folders that hold such, like `runs/demo`. */
  readonly results: readonly string[];
  /** Page to write, named `….html`; an earlier report is replaced. */
  readonly out: string;
  /** Where the images are, for thumbnails; where the exports say that they were when not given. */
  readonly images?: readonly string[] | null | undefined;
}

const fields: OptionFields<ReportOptions> = {
  results: paths(
    'Folders that verbs wrote, such as runs and evaluations, or folders that hold such, like `runs/demo`.',
  ),
  out: path('Page to write, named `….html`; an earlier report is replaced.'),
  images: optional(
    paths(
      'Where the images are, for thumbnails; where the exports say that they were when not given.',
    ),
  ),
};

/** `sincere report RESULTS... --out FILE.html`. */
export const reportVerb: Verb<ReportOptions> = defineVerb<ReportOptions>({
  name: 'report',
  summary: 'Draw results as one page: what was trained, measured and compared.',
  positional: 'results',
  fields,
  rules: [
    {
      option: 'out',
      expected: 'a file name that ends in `.html`',
      holds: ({ out }) => /\.html?$/iu.test(out),
    },
  ],
});
