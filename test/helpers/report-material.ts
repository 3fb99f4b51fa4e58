import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { type TableColumn, writeTable } from '../../outputs/arrow/table-file.ts';
import { openArrowLog } from '../../outputs/arrow/arrow-log.ts';
import type { LogColumns } from '../../outputs/arrow/log-rows.ts';
import type {
  ReportEvaluation,
  ReportMaterial,
  ReportMetric,
  ReportResult,
  ReportRun,
} from '../../outputs/report/material/material.ts';
import type { ReportSection } from '../../outputs/report/material/report-section.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Material of a report without anything, to be filled with what a section needs. */
export const noMaterial: ReportMaterial = {
  name: 'a',
  given: ['a'],
  notes: [],
  runs: [],
  exports: [],
  evaluations: [],
  comparisons: [],
  suspects: [],
  duplicates: [],
  neighbours: [],
  selections: [],
  drifts: [],
  transfers: [],
  paired: undefined,
};

/** A section drawn, with what it told; nothing where it draws nothing. */
export async function drawnSection(
  { draw }: ReportSection,
  material: Partial<ReportMaterial>,
): Promise<{ readonly html: string; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const content = await draw({ ...noMaterial, ...material }, { note: (text) => notes.push(text) });
  return { html: content?.body.html ?? '', notes };
}

/** Rows of a table by columns; texts and numbers, null where there is none. */
export type Rows = readonly Readonly<Record<string, string | number | null>>[];

/** An evaluation of made tables, some of them with the names of their files as keys. */
export async function madeEvaluation(
  t: ExecutionContext,
  label: string,
  tables: Readonly<Record<string, Rows>>,
  metrics: Readonly<Record<string, number | null>> = {},
): Promise<ReportEvaluation> {
  const folder = await temporaryFolder(t);
  for (const [file, rows] of Object.entries(tables)) await writeRows(path.join(folder, file), rows);
  const metric = (value: number | null): ReportMetric => ({
    value,
    ciLow: null,
    ciHigh: null,
    n: 1,
  });
  return {
    name: `${label}/evaluation`,
    path: folder,
    label,
    encoder: label,
    summary: {
      layer: 'projection',
      scored: 10,
      temperature: 0.1,
      modelHash: null,
      trainHash: 'a',
      testHash: 'b',
      all: {},
    },
    metrics: new Map(Object.entries(metrics).map(([name, value]) => [name, metric(value)])),
    run: undefined,
    train: undefined,
    test: undefined,
  };
}

/** A result of another verb of made tables, by the names of their files, and what its summary says. */
export async function madeResult(
  t: ExecutionContext,
  name: string,
  summary: ReportResult['summary'],
  tables: Readonly<Record<string, Rows>> = {},
): Promise<ReportResult> {
  const folder = await temporaryFolder(t);
  for (const [file, rows] of Object.entries(tables)) await writeRows(path.join(folder, file), rows);
  return { name, path: folder, summary };
}

async function writeRows(file: string, rows: Rows): Promise<void> {
  const columns = Object.keys(rows[0]!).map((name): TableColumn => {
    const isText = rows.some((row) => typeof row[name] === 'string');
    const values = (from: number, to: number) => rows.slice(from, to).map((row) => row[name]!);
    // The values are of the kind that was just found.
    return isText
      ? { name, type: 'utf8', nullable: true, values: values as () => (string | null)[] }
      : { name, type: 'float64', nullable: true, values: values as () => (number | null)[] };
  });
  await writeTable(file, columns, rows.length);
}

/** A run of made logs, by the names of their files: a number for each step, by column. */
export async function madeRun(
  t: ExecutionContext,
  label: string,
  logs: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>,
): Promise<ReportRun> {
  const folder = await temporaryFolder(t);
  for (const [file, columns] of Object.entries(logs)) {
    const types: LogColumns = Object.fromEntries(
      Object.keys(columns).map((name) => [name, name === 'step' ? 'int32' : 'float64']),
    );
    const log = await openArrowLog(path.join(folder, file), types);
    const rows = columns['step']!.map((_, at) =>
      Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]!])),
    );
    await log.append(rows);
    await log.close();
  }
  const saved = { hash: 'a', versions: {}, config: {} };
  return { name: `${label}/run`, path: folder, label, encoder: label, saved };
}
