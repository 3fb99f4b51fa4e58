import path from 'node:path';
import {
  type DriftStatistic,
  driftStatistics,
} from '../../../operators/curation/drift/drift-rows.ts';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportResult } from '../material/material.ts';
import { firstBy } from './first-by.ts';

/** A test of a drift. */
export interface DriftTest {
  /** NaN when a side has too few images. */
  readonly value: number;
  /** Of a class adjusted among the classes; NaN as the value is. */
  readonly p: number;
  readonly isSignificant: boolean;
}

/** Tests by their statistic. */
export type DriftTests = ReadonlyMap<DriftStatistic, DriftTest>;

/** A class, with images in either set. */
export interface DriftedClass {
  readonly name: string;
  readonly oldImages: number;
  readonly newImages: number;
  readonly tests: DriftTests;
}

/** Image of the new set beside the one of the old set that it is most like. */
export interface FarImage {
  readonly id: string;
  readonly class: string | null;
  readonly similarity: number;
  readonly nearestId: string;
  readonly nearestClass: string | null;
}

/** What a drift found. */
export interface Drifts {
  readonly overall: DriftTests;
  /** Classes that were tested. */
  readonly classes: number;
  /** Those of them that some test finds changed. */
  readonly changedCount: number;
  /** Some of these, by how far their distribution has moved. */
  readonly changed: readonly DriftedClass[];
  /** Least like any image of the old set first, a few. */
  readonly far: readonly FarImage[];
}

const [mostChanged, mostFar] = [12, 10];

/** Reads what a drift found; one record batch in memory at a time. @throws {PipelineError} `ERR_FORMAT` of a damaged file. */
export async function readDrifts(
  { path: folder }: ReportResult,
  signal?: AbortSignal,
): Promise<Drifts> {
  const changed = firstBy<DriftedClass>(mostChanged);
  let overall: DriftTests = new Map();
  let [classes, changedCount] = [0, 0];
  for await (const { name, ...group } of groupsOf(path.join(folder, 'drift.arrow'), signal)) {
    if (name === null) {
      overall = group.tests;
      continue;
    }
    const tests = [...group.tests.values()];
    if (tests.some(({ p }) => !Number.isNaN(p))) classes += 1;
    if (!tests.some(({ isSignificant }) => isSignificant)) continue;
    changedCount += 1;
    const moved = group.tests.get('mmd2')?.value ?? Number.NaN;
    // Of too few images nothing but the share is known.
    changed.offer({ name, ...group }, Number.isNaN(moved) ? -Infinity : moved);
  }
  const far = await readFar(path.join(folder, 'examples.arrow'), signal);
  return { overall, classes, changedCount, changed: changed.values(), far };
}

interface DriftGroup extends Omit<DriftedClass, 'name'> {
  /** Null over all classes. */
  readonly name: string | null;
}

const testColumns = {
  name: { column: 'class', kind: 'text?' },
  statistic: 'text',
  oldImages: { column: 'n_old', kind: 'number' },
  newImages: { column: 'n_new', kind: 'number' },
  value: 'number?',
  p: { column: 'p_adjusted', kind: 'number?' },
  significant: 'number?',
} as const;

/** Rows of one class stand one after the other. */
async function* groupsOf(
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<DriftGroup, void> {
  let group: (DriftGroup & { readonly tests: Map<DriftStatistic, DriftTest> }) | undefined;
  for await (const row of tableRows(file, testColumns, { signal })) {
    const { name, oldImages, newImages, statistic } = row;
    if (group?.name !== name) {
      if (group !== undefined) yield group;
      group = { name, oldImages, newImages, tests: new Map() };
    }
    if (!isStatistic(statistic)) continue;
    const [value, p] = [row.value ?? Number.NaN, row.p ?? Number.NaN];
    group.tests.set(statistic, { value, p, isSignificant: row.significant === 1 });
  }
  if (group !== undefined) yield group;
}

function isStatistic(name: string): name is DriftStatistic {
  return Object.hasOwn(driftStatistics, name);
}

const farColumns = {
  id: 'text',
  class: 'text?',
  similarity: 'number',
  nearestId: { column: 'nearest_id', kind: 'text' },
  nearestClass: { column: 'nearest_class', kind: 'text?' },
} as const;

async function readFar(
  file: string,
  signal: AbortSignal | undefined,
): Promise<readonly FarImage[]> {
  const far: FarImage[] = [];
  for await (const row of tableRows(file, farColumns, { signal })) {
    if (far.push(row) === mostFar) break;
  }
  return far;
}
