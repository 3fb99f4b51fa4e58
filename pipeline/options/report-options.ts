import { type MapKind, mapKinds } from '../../outputs/map/map-layout.ts';
import { namesOf } from '../../operators/names-of.ts';
import { choice, flag, integer, optional, path, paths } from './option-fields.ts';
import { defineVerb, type OptionFields, type Verb } from './verb.ts';

/** Options of `report`. */
export interface ReportOptions {
  /** Folders that verbs wrote, such as runs and evaluations, or folders that hold such, like `runs/demo`. */
  readonly results: readonly string[];
  /** Page to write, named `….html`; an earlier report is replaced. */
  readonly out?: string | null | undefined;
  /** Where the images are, for thumbnails; where the exports say that they were when not given. */
  readonly images?: readonly string[] | null | undefined;
  /** Projection of the map: `pca` is the plane of greatest variance, `umap` keeps neighbours together. @default 'pca' */
  readonly map?: MapKind | undefined;
  /** Serve a live page of runs to this machine, until it is stopped, instead of writing one. @default false */
  readonly watch?: boolean | undefined;
  /** Port of the live page, on 127.0.0.1; 0 for any that is free. @default 0 */
  readonly port?: number | undefined;
}

const fields: OptionFields<ReportOptions> = {
  results: paths(
    'Folders that verbs wrote, such as runs and evaluations, or folders that hold such, like `runs/demo`.',
  ),
  out: optional(path('Page to write, named `….html`; an earlier report is replaced.')),
  images: optional(
    paths(
      'Where the images are, for thumbnails; where the exports say that they were when not given.',
    ),
  ),
  map: choice(
    namesOf(mapKinds),
    'Projection of the map: `pca` is the plane of greatest variance, `umap` keeps neighbours together.',
  ).default('pca'),
  watch: flag(
    'Serve a live page of runs to this machine, until it is stopped, instead of writing one.',
  ),
  port: integer(0, 'Port of the live page, on 127.0.0.1; 0 for any that is free.', 65_535).default(
    0,
  ),
};

/** `sincere report RESULTS... --out FILE.html`, or `sincere report RUN --watch`. */
export const reportVerb: Verb<ReportOptions> = defineVerb<ReportOptions>({
  name: 'report',
  summary: 'Draw results as one page: what was trained, measured and compared.',
  positional: 'results',
  fields,
  rules: [
    {
      option: 'out',
      expected: 'a file name that ends in `.html`',
      holds: ({ out, watch }) => (out === null ? watch : /\.html?$/iu.test(out)),
    },
    {
      option: 'out',
      expected: 'absent with `watch`, which writes no page',
      holds: ({ out, watch }) => !watch || out === null,
    },
    {
      option: 'images',
      expected: 'absent with `watch`, which shows no images',
      holds: ({ images, watch }) => !watch || images === null,
    },
    {
      option: 'port',
      expected: 'absent without `watch`',
      holds: ({ port, watch }) => watch || port === 0,
    },
  ],
});
