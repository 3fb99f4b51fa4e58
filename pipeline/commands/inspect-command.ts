import type { Json } from '../../operators/files/json.ts';
import type { Command } from '../command-line/command.ts';
import { flagSpelling } from '../command-line/flag-spelling.ts';
import { textTable } from '../command-line/text-table.ts';
import { afterInspection } from '../next/after-inspection.ts';
import { type Inspected, inspect } from '../inspect.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { type InspectOptions, inspectVerb } from '../options/inspect-options.ts';
import { spelled } from '../options/spelling.ts';
import { counted, cutText } from '../../operators/message-words.ts';

/** `inspect` on the command line; fails when it finds damage. */
export const inspectCommand: Command<InspectOptions, Inspected> = {
  verb: inspectVerb,
  run: inspect,
  stopped: () => 'stopped',
  about: ({ path }) => ({ path }),
  lines: (inspection) => inspectionLines(inspection),
  next: async (inspection, { options }) => await afterInspection(inspection, options),
  json: (inspection) => ({ ...inspection }),
  failed: ({ problems }) => problems.length > 0,
};

function inspectionLines(inspection: Inspected): string[] {
  const { path, what, metadata, columns, tables, preview, problems } = inspection;
  const { notPlain, notes, ...facts } = inspection.facts;
  const { sheet } = inspection;
  const sections = [
    [`${path}: ${spelled(what, ['resume'], flagSpelling(inspectVerb))}`],
    keyLines(Object.fromEntries(Object.entries(facts).map(([key, fact]) => [words(key), fact]))),
    titled('metadata', keyLines(metadata)),
    titled('columns', recordLines(columns)),
    ...tables.map(({ title, records }) => titled(title, recordLines(records))),
    titled('first rows', recordLines(preview)),
    // Sentences, which no table is wide enough for.
    sentences({ notPlain, notes }).map((text) => `note: ${text}`),
    problems.map((problem) => `problem: ${problem}`),
    sheet === null ? [] : [`wrote ${sheet.file}, ${shownBytes(sheet.bytes)}`],
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, at) => (at === 0 ? section : [''].concat(section)));
}

function sentences(facts: Readonly<Record<string, Json | undefined>>): readonly string[] {
  return Object.values(facts)
    .flat()
    .filter((text) => typeof text === 'string');
}

/** `datasetHash` as `dataset hash`. */
function words(key: string): string {
  return key.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function keyLines(values: Readonly<Record<string, Json | undefined>>): readonly string[] {
  const rows = Object.entries(values).map(([name, value]) => [name, shown(value ?? null)]);
  return textTable(rows, { heading: false });
}

function recordLines(records: readonly Readonly<Record<string, Json>>[]): readonly string[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  if (names.length === 0) return [];
  return textTable([names, ...records.map((record) => names.map((name) => shown(record[name])))]);
}

const longestShown = 72;

function shown(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return shownNumber(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A line end inside a value would break the table.
  const line = text.replaceAll(/\s+/gu, ' ');
  return cutText(line, longestShown);
}

function shownNumber(value: number): string {
  if (Number.isSafeInteger(value)) return counted(value);
  return String(Number(value.toPrecision(5)));
}
