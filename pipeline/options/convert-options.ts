import { namesOf } from '../../operators/names-of.ts';
import { type MapKind, mapKinds } from '../../outputs/map/map-layout.ts';
import { eitherOf } from '../../operators/message-words.ts';
import { type FormatName, formatNames, formatOf } from '../../outputs/convert/formats.ts';
import { choice, optional, path } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `convert`. */
export interface ConvertOptions {
  /** Folder that `embed` wrote, any Arrow file (`.arrow`) or stream (`.arrows`), or a run for `tensorboard`. */
  readonly source: string;
  /** Output format. */
  readonly to: FormatName;
  /** File to write, whose name ends like the format, or folder of a format that is one; an earlier one is replaced. */
  readonly out: string;
  /** Vectors in CSV: a column for each dimension, or a JSON list; `columns` when not given. */
  readonly vectors?: 'columns' | 'json' | null | undefined;
  /** Where the images are, for thumbnails; where the vectors say that they were when not given. */
  readonly images?: string | null | undefined;
  /** Rows for a map of an export in Parquet, in place of the vectors: x, y, exact neighbours, thumbnails. */
  readonly map?: MapKind | null | undefined;
}

const fields: OptionFields<ConvertOptions> = {
  source: path(
    'Folder that `embed` wrote, any Arrow file (`.arrow`) or stream (`.arrows`), or a run for `tensorboard`.',
  ),
  to: choice(formatNames, 'Output format.'),
  out: path(
    'File to write, whose name ends like the format, or folder of a format that is one; an earlier one is replaced.',
  ),
  vectors: optional(
    choice(
      ['columns', 'json'],
      'Vectors in CSV: a column for each dimension, or a JSON list; `columns` when not given.',
    ),
  ),
  images: optional(
    path(
      'Where the images are, for thumbnails; where the vectors say that they were when not given.',
    ),
  ),
  map: optional(
    choice(
      namesOf(mapKinds),
      'Rows for a map of an export in Parquet, in place of the vectors: x, y, exact neighbours, thumbnails.',
    ),
  ),
};

/** Formats that satisfy a condition, as alternatives: `` `parquet` or `csv` ``. */
function formatsThat(holds: (name: FormatName) => boolean): string {
  return eitherOf(formatNames.filter((name) => holds(name)).map((name) => `\`${name}\``));
}

const extensions = formatNames.flatMap((name) => formatOf(name).extension ?? []);

/** `sincere convert SOURCE --to FORMAT --out FILE`. */
export const convertVerb: Verb<ConvertOptions> = defineVerb<ConvertOptions>({
  name: 'convert',
  summary: 'Write exported vectors, or any of the Arrow files, in the formats of other tools.',
  positional: 'source',
  fields,
  rules: [
    {
      option: 'out',
      // So that no file that something else wrote can be replaced.
      expected:
        `a file name that ends like \`to\`, in ${eitherOf(extensions.map((one) => `\`${one}\``))}; ` +
        `a folder for ${formatsThat((name) => formatOf(name).extension === null)}`,
      holds: ({ to, out }) => endsAsFormat(to, out),
    },
    {
      option: 'vectors',
      expected: 'absent unless `to` is `csv`',
      holds: ({ to, vectors }) => to === 'csv' || vectors === null,
    },
    {
      option: 'images',
      expected: `absent unless \`to\` is ${formatsThat((name) => formatOf(name).thumbnails === true)}, or \`map\` is given`,
      holds: ({ to, images, map }) =>
        formatOf(to).thumbnails === true || map !== null || images === null,
    },
    {
      option: 'map',
      expected: 'absent unless `to` is `parquet`',
      holds: ({ to, map }) => to === 'parquet' || map === null,
    },
  ],
});

function endsAsFormat(to: FormatName, out: string): boolean {
  const { extension } = formatOf(to);
  return extension === null
    ? !extensions.some((one) => out.endsWith(one))
    : out.endsWith(extension);
}
