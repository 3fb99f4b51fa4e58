import { type FormatName, formatNames, formatOf } from '../../outputs/convert/formats.ts';
import { choice, optional, path } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `convert`. */
export interface ConvertOptions {
  /** Folder that `embed` wrote, or any Arrow file (`.arrow`) or stream (`.arrows`). */
  readonly source: string;
  /** Output format. */
  readonly to: FormatName;
  /** File to write, named `….parquet` or `….csv`; an earlier one is replaced. */
  readonly out: string;
  /** Vectors in CSV: a column for each dimension, or a JSON list; `columns` when not given. */
  readonly vectors?: 'columns' | 'json' | null | undefined;
}

const fields: OptionFields<ConvertOptions> = {
  source: path('Folder that `embed` wrote, or any Arrow file (`.arrow`) or stream (`.arrows`).'),
  to: choice(formatNames, 'Output format.'),
  out: path('File to write, named `….parquet` or `….csv`; an earlier one is replaced.'),
  vectors: optional(
    choice(
      ['columns', 'json'],
      'Vectors in CSV: a column for each dimension, or a JSON list; `columns` when not given.',
    ),
  ),
};

/** `sincere convert SOURCE --to FORMAT --out FILE`. */
export const convertVerb: Verb<ConvertOptions> = defineVerb<ConvertOptions>({
  name: 'convert',
  summary: 'Write exported vectors, or any of the Arrow files, as Parquet or CSV.',
  positional: 'source',
  fields,
  rules: [
    {
      option: 'out',
      // So that no file that something else wrote can be replaced.
      expected: 'a file name that ends like `to`, in `.parquet` or `.csv`',
      holds: ({ to, out }) => out.endsWith(formatOf(to).extension),
    },
    {
      option: 'vectors',
      expected: 'absent unless `to` is `csv`',
      holds: ({ to, vectors }) => to === 'csv' || vectors === null,
    },
  ],
});
