import { PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';
import { readComparison } from '../report/material/read-comparison.ts';
import type { Inspection } from './inspection.ts';

/** Most differences of the table: more are counted. */
const mostShown = 100;

/** Describes the comparison that a folder holds; undefined where it holds none, or a damaged one. */
export async function inspectComparison(
  folder: string,
): Promise<Pick<Inspection, 'kind' | 'what' | 'facts' | 'metadata' | 'tables'> | undefined> {
  const rows = await rowsOf(folder);
  if (rows === undefined) return undefined;
  const pairs = new Set(rows.map(({ baseline, model }) => JSON.stringify([baseline, model])));
  const left = rows.length - mostShown;
  return {
    kind: 'folder',
    what: 'Comparison of evaluations, a result of `compare`',
    facts: {
      comparisons: pairs.size,
      metrics: new Set(rows.map(({ metric }) => metric)).size,
      significant: rows.filter(({ significant }) => significant === true).length,
    },
    metadata: {},
    tables: [
      {
        title: `differences over all classes${left > 0 ? `, without ${counted(left)} more` : ''}`,
        records: rows
          .slice(0, mostShown)
          .map(({ baseline, model, metric, difference, ciLow, ciHigh, significant }) => ({
            baseline,
            model,
            metric,
            difference,
            ciLow,
            ciHigh,
            significant,
          })),
      },
    ],
  };
}

async function rowsOf(folder: string) {
  try {
    return (await readComparison({ name: folder, path: folder })).rows;
  } catch (error) {
    // What is damaged is told beside the files.
    if (error instanceof PipelineError) return undefined;
    throw error;
  }
}
