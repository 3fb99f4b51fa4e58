import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom } from 'rxjs';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { mapInOrder } from '../../../operators/flow/map-in-order.ts';
import type { BatchPlan } from '../../../operators/types.ts';
import { openEmbeddingsFolder } from '../../../outputs/embeddings/embeddings-folder.ts';
import { partPositions } from '../../../outputs/exports/export-parts.ts';
import type { EmbeddingsFolder } from '../../../outputs/embeddings/embeddings-folder.ts';
import { openEmbeddings } from '../../../outputs/embeddings/read-embeddings.ts';
import { writeEmbeddings } from '../../../outputs/embeddings/write-embeddings.ts';
import {
  exportBad,
  exportBatch,
  type ExportCase,
  exportOptions,
  exportPlan,
  exportPlans,
  exportSample,
  exportUntil,
} from '../../helpers/export-cases.ts';
import { folderBytes } from '../../helpers/folder-bytes.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const last = 2 * partPositions;
const shape = { count: last + 300, batchSize: 512 };
/** Bad images in the first and in the last part, and none of them after a repair. */
const before: ExportCase = { ...shape, isBad: (at) => at === 7 || at === 9 || at === last + 1 };
const after: ExportCase = { ...shape, isBad: (at) => at === 9 };
const repaired = new Set([exportSample(7).id, exportSample(last + 1).id]);

async function exported(folder: string, one: ExportCase): Promise<void> {
  const opened = await exportUntil(folder, one);
  await opened.finish();
  await opened.close();
}

/** Writes what is left, at most so many ranges of it. */
async function writeLeft(folder: EmbeddingsFolder, ranges = Infinity): Promise<void> {
  const bad = exportBad(after);
  async function* plans(): AsyncGenerator<BatchPlan> {
    for (const { from, end } of folder.left.slice(0, ranges)) yield* exportPlans(after, from, end);
  }
  const written$ = withDemand(plans(), { window: 2 }, (plan$) =>
    plan$.pipe(
      mapInOrder(async (plan) => exportBatch(plan, after.isBad)),
      writeEmbeddings(folder, { list: () => bad, listRepaired: () => [] }),
    ),
  );
  await lastValueFrom(written$, { defaultValue: undefined });
}

const resumed = (folder: string): Promise<EmbeddingsFolder> =>
  openEmbeddingsFolder(folder, { ...exportOptions(shape.count), resume: true });

async function prepared(t: ExecutionContext) {
  const root = await temporaryFolder(t);
  const [folder, fresh] = [path.join(root, 'retried'), path.join(root, 'fresh')];
  await exported(folder, before);
  await exported(fresh, after);
  return { folder, fresh };
}

test('parts that are made again leave the bytes of an export made afresh', async (t) => {
  const { folder, fresh } = await prepared(t);
  const opened = await resumed(folder);
  t.deepEqual(opened.left, []);
  await opened.redo(repaired);
  t.deepEqual(opened.left, [
    { from: 0, end: partPositions },
    { from: last, end: shape.count },
  ]);
  t.is(opened.report().rows, partPositions, 'what is made again does not count');
  await t.throwsAsync(opened.finish(), { code: 'ERR_CONTRACT' });
  await writeLeft(opened);
  await opened.finish();
  await opened.close();
  t.deepEqual(await folderBytes(folder), await folderBytes(fresh));
});

test('killed before or after a part is replaced, it goes on to the same bytes', async (t) => {
  const { folder, fresh } = await prepared(t);
  const opened = await resumed(folder);
  await opened.redo(repaired);
  await opened.close();
  await t.throwsAsync(openEmbeddings(folder), { message: /is not finished/ });

  // The part has its new bytes, and the manifest does not say so yet.
  const part = 'part-00000.arrow';
  await fs.copyFile(path.join(fresh, part), path.join(folder, part));
  const again = await resumed(folder);
  t.is(again.left.length, 2);
  await writeLeft(again, 1);
  await again.close();
  const rest = await resumed(folder);
  t.deepEqual(rest.left, [{ from: last, end: shape.count }]);
  await writeLeft(rest);
  await rest.finish();
  await rest.close();
  t.deepEqual(await folderBytes(folder), await folderBytes(fresh));
});

test('a batch does not reach beyond a part that is made again', async (t) => {
  const { folder } = await prepared(t);
  const opened = await resumed(folder);
  await opened.redo(repaired);
  const samples = Array.from({ length: 5000 }, (_, at) => exportSample(at));
  await t.throwsAsync(
    opened.write(exportBatch(exportPlan(0, samples), after.isBad), {
      list: () => exportBad(after),
      listRepaired: () => [],
    }),
    { code: 'ERR_CONTRACT', message: /positions from 0 on, in order and below 4096/ },
  );
  await opened.close();
});
