import path from 'node:path';
import { statOf } from '../../operators/files/stat-of.ts';
import { type FolderFormat, formatOf } from '../../outputs/files/wrong-folder.ts';
import { tensorBoardFolder } from '../../outputs/inspect/inspect-tensorboard.ts';
import { comparisonName } from '../../outputs/report/material/found-folders.ts';
import { afterEvaluation } from './after-evaluation.ts';
import { afterExport } from './after-export.ts';
import { afterPrepared } from './after-prepared.ts';
import { afterRun } from './after-run.ts';
import { convertStep } from './convert-step.ts';
import type { NextSteps } from './next-step.ts';
import { tensorBoardStep } from './other-programs.ts';
import { reportStep } from './report-step.ts';
import { savedRun } from './saved-run.ts';

type Steps = (folder: string) => NextSteps | Promise<NextSteps>;

/** Steps after each kind of folder that verbs write, by what is in it alone. */
const steps: Readonly<Record<FolderFormat, Steps>> = {
  'sincere-run': async (folder) => await afterRun(await savedRun(folder)),
  'sincere-embeddings': async (folder) => await afterExport(folder),
  'sincere-prepared': (folder) => afterPrepared(folder),
  'sincere-evaluation': async (folder) => await afterEvaluation(folder),
  'sincere-transfer': tableOf('the predictions', 'transfer.arrow'),
  'sincere-duplicates': tableOf('the pairs', 'pairs.arrow'),
  'sincere-suspects': tableOf('the suspects', 'suspects.arrow'),
  'sincere-neighbours': tableOf('the neighbours', 'neighbours.arrow'),
  'sincere-selection': tableOf('the selection', 'selection.arrow'),
  'sincere-drift': tableOf('the tests', 'drift.arrow'),
};

/** Steps after a folder that a verb wrote; none of one that none did. */
export async function afterFolder(folder: string): Promise<NextSteps> {
  const format = await formatOf(folder);
  if (format !== undefined) return await steps[format](folder);
  const comparison = await statOf(path.join(folder, comparisonName));
  if (comparison?.isFile() === true) return afterComparison(folder);
  return (await tensorBoardFolder(folder)) === undefined ? [] : [tensorBoardStep(folder)];
}

const afterComparison = tableOf('the differences', comparisonName);

function tableOf(what: string, file: string): Steps {
  return (folder) => [reportStep(folder), convertStep(what, path.join(folder, file))];
}
