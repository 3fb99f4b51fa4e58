import { canonicalJson, isObject, type Json } from '../../../operators/files/json.ts';
import { counted, cutText } from '../../../operators/message-words.ts';
import { dataTable, type PageCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownNumber } from '../../page/shown-number.ts';
import type {
  ReportEvaluation,
  ReportExport,
  ReportMaterial,
  ReportRun,
} from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';
import { calledAs, commandLine } from './command-line.ts';

/** How it was made, and how it is made again. */
export const settingsSection: ReportSection = {
  title: 'Settings',
  shows: 'settings, versions and hashes of runs, and the commands that repeat them',
  command: 'sincere train DATA --out RUN',
  draw: async (material, { note }) => {
    const { runs } = material;
    const tell = (of: number): void =>
      note(
        `the first ${mostRows} of ${counted(of, 'export or evaluation', 'exports or evaluations')} are in the settings`,
      );
    const exports = limited(material.exports, mostRows, tell);
    const evaluations = limited(material.evaluations, mostRows, tell);
    if (runs.length + exports.length + evaluations.length === 0) return undefined;
    return {
      body: markup`${runs.length === 0 ? markup`` : ofRuns(runs, note)}
${exports.length === 0 ? markup`` : ofExports(exports)}
${evaluations.length === 0 ? markup`` : ofEvaluations(evaluations)}
${ofCommands({ runs: runs.slice(0, mostRuns), exports, evaluations })}`,
    };
  },
};

/** Most runs side by side, settings of them, and rows of a table. */
const [mostRuns, mostSettings, mostRows] = [24, 1000, 100];

/** The first of a list; `tell` hears of how many, where that is not all. */
function limited<T>(all: readonly T[], most: number, tell: (of: number) => void): readonly T[] {
  if (all.length > most) tell(all.length);
  return all.slice(0, most);
}

function ofRuns(all: readonly ReportRun[], note: (text: string) => void): Markup {
  const runs = limited(all, mostRuns, (of) =>
    note(`the settings of the first ${mostRuns} of ${counted(of, 'run')} are shown`),
  );
  const settings = runs.map(({ saved }) => flatSettings(saved));
  const names = limited(
    [...new Set(settings.flatMap((one) => [...one.keys()]))],
    mostSettings,
    (of) => note(`the first ${mostSettings} of ${counted(of, 'setting')} are shown`),
  );
  const differs = (name: string): boolean =>
    new Set(settings.map((one) => one.get(name) ?? '')).size > 1;
  const differing = names.filter(differs);
  const shared = names.filter((name) => !differs(name));
  return markup`<h3>Training</h3>
${
  runs.length > 1 && differing.length > 0
    ? dataTable({
        caption: 'Settings in which the runs differ',
        columns: [{ heading: 'setting' }, ...runs.map(({ label }) => ({ heading: label }))],
        rows: differing.map((name) => settingRow(name, settings)),
      })
    : markup``
}
<details>
<summary>${counted(shared.length, 'setting')}${runs.length === 1 ? '' : ' that all runs share'}</summary>
${dataTable({
  caption: runs.length === 1 ? `Settings of ${runs[0]!.name}` : 'Settings that all runs share',
  columns: [{ heading: 'setting' }, { heading: 'value' }],
  rows: shared.map((name) => settingRow(name, settings.slice(0, 1))),
})}
</details>
<p class="muted small">${drawnFrom(runs.map(({ name }) => `${name}/config.json`))}</p>`;
}

function settingRow(
  name: string,
  settings: readonly ReadonlyMap<string, string>[],
): readonly PageCell[] {
  return [name, ...settings.map((one) => valueCell(one.get(name) ?? '–'))];
}

/** A setting: of hashes such as SHA-256 one that may wrap, so that the table is no wider than the page. */
function valueCell(value: string): PageCell {
  return /^[\da-f]{40,}$/u.test(value) ? markup`<code class="hash">${value}</code>` : value;
}

/** Longest value that is shown; lists of a thousand classes are in the file. */
const longestValue = 160;

/** Every setting by its path, such as `loss.temperature`; then versions and the hash of all. */
function flatSettings({
  config,
  versions,
  hash,
  extended = [],
}: ReportRun['saved']): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const add = (name: string, value: unknown): void => {
    if (isObject(value)) {
      for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner);
    } else if (value !== undefined) flat.set(name, shownSetting(value as Json));
  };
  for (const [key, value] of Object.entries(config)) add(key, value);
  if (extended.length > 0)
    add(
      'extended',
      extended.map(({ at, from, to }) => `at ${at} from ${from} to ${to}`),
    );
  add('versions', versions);
  flat.set('hash of the configuration', hash);
  return flat;
}

function shownSetting(value: Json): string {
  if (value === null) return 'none';
  // In full: whoever repeats a run needs every digit.
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return cutText(value, longestValue);
  if (!Array.isArray(value)) return cutText(canonicalJson(value), longestValue);
  const all = value as readonly Json[];
  const text = all.map(shownSetting).join(', ');
  return text.length <= longestValue
    ? text
    : `${counted(all.length)} values: ${cutText(text, longestValue)}`;
}

function ofExports(exports: readonly ReportExport[]): Markup {
  return markup`<h3>Exports</h3>
${dataTable({
  caption: 'Exports of vectors',
  columns: [
    { heading: 'export' },
    { heading: 'made by' },
    { heading: 'rows', isNumber: true },
    { heading: 'left out', isNumber: true },
    { heading: 'finished' },
    { heading: 'layers' },
    { heading: 'SHA-256 of the weights' },
    { heading: 'SHA-256 of the dataset' },
  ],
  rows: exports.map(({ name, manifest, run }) => [
    name,
    run?.label ?? modelName(manifest.model),
    shownNumber(manifest.parts.reduce((sum, { rows }) => sum + rows, 0)),
    shownNumber(manifest.parts.reduce((sum, { bad }) => sum + bad.length, 0)),
    manifest.done ? 'yes' : 'no',
    layersCell(manifest.layers),
    valueCell(manifest.model.hash),
    valueCell(manifest.dataset.hash),
  ]),
})}`;
}

/** Layers with the lengths of their vectors; a line ends between two of them alone. */
function layersCell(layers: ReportExport['manifest']['layers']): PageCell {
  const shown = Object.entries(layers).map(([layer, size]) => `${layer} ${size}`);
  return markup`${shown.map((one, at) => markup`<span class="whole">${one}${at < shown.length - 1 ? ',' : ''}</span>`)}`;
}

function modelName(model: ReportExport['manifest']['model']): string {
  const { file, architecture } = model;
  return [file, architecture].find((name) => typeof name === 'string') ?? 'unknown';
}

function ofEvaluations(evaluations: readonly ReportEvaluation[]): Markup {
  return markup`<h3>Evaluations</h3>
${dataTable({
  caption: 'What was evaluated',
  columns: [
    { heading: 'evaluation' },
    { heading: 'encoder' },
    { heading: 'layer' },
    { heading: 'temperature', isNumber: true },
    { heading: 'test images', isNumber: true },
    { heading: 'SHA-256 of the weights' },
    { heading: 'SHA-256 of the training set' },
    { heading: 'SHA-256 of the test set' },
  ],
  rows: evaluations.map(({ name, label, summary }) => [
    name,
    label,
    summary.layer,
    String(summary.temperature),
    shownNumber(summary.scored),
    valueCell(summary.modelHash ?? 'unknown'),
    valueCell(summary.trainHash),
    valueCell(summary.testHash),
  ]),
})}`;
}

/** Commands that make it again, as far as the files say how. */
function ofCommands({
  runs,
  exports,
  evaluations,
}: Pick<ReportMaterial, 'runs' | 'exports' | 'evaluations'>): Markup {
  const lines = [
    ...runs.map(({ name }) =>
      commandLine(['train', '--config', `${at(name)}/config.json`, '--out', `${at(name)}-again`]),
    ),
    ...exports.flatMap(({ name, manifest, run }) =>
      run === undefined
        ? []
        : [
            commandLine([
              'embed',
              manifest.dataset.name,
              '--model',
              at(run.name),
              ...checkpointFlag(manifest.model, run),
              '--out',
              `${at(name)}-again`,
            ]),
          ],
    ),
    ...evaluations.flatMap(({ name, train, test }) =>
      train === undefined || test === undefined
        ? []
        : [
            commandLine([
              'evaluate',
              '--train',
              at(train.name),
              '--test',
              at(test.name),
              '--out',
              `${at(name)}-again`,
            ]),
          ],
    ),
  ];
  const told = lines.filter((line) => line !== undefined);
  if (lines.length === 0) return markup``;
  return markup`<h3>Commands that repeat it</h3>
${told.length === 0 ? markup`` : toldCommands(told)}
${unshownCommands(lines.length - told.length)}`;
}

function toldCommands(lines: readonly string[]): Markup {
  return markup`<p>Each into a new folder. Results are named from the folder in which they are, images as they were given to the command then; options of exports and evaluations that are not their defaults are to be added. ${calledAs}</p>
<pre tabindex="0"><code>${lines.map((line) => markup`${line}`)}</code></pre>`;
}

function unshownCommands(count: number): Markup {
  if (count === 0) return markup``;
  const are = counted(count, 'command is', 'commands are');
  return markup`<p>${are} left out: a name in ${count === 1 ? 'it' : 'each'} has characters that a page cannot show as a shell takes them, such as line breaks.</p>`;
}

/** The step of an export that is not of the end of its run. */
function checkpointFlag(
  { step }: ReportExport['manifest']['model'],
  { saved }: ReportRun,
): readonly string[] {
  return typeof step !== 'number' || step === saved.config['steps']
    ? []
    : ['--checkpoint', String(step)];
}

/** A name that no command takes for a flag. */
function at(name: string): string {
  return name.startsWith('-') ? `./${name}` : name;
}
