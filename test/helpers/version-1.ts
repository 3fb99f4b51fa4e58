import fs from 'node:fs/promises';
import path from 'node:path';
import { type RecordBatch, Schema } from 'apache-arrow';
import { recordBatch } from '../../outputs/arrow/arrow-columns.ts';
import { openArrowFile } from '../../outputs/arrow/arrow-file.ts';
import { readArrowFile } from '../../outputs/arrow/read-arrow-file.ts';
import type { ExportManifest } from '../../outputs/exports/export-manifest.ts';

/** Makes of an export what the first version of the format would have written: nothing says what its images were. */
export async function makeVersion1(folder: string, manifestName = 'manifest.json'): Promise<void> {
  const file = path.join(folder, manifestName);
  const manifest = JSON.parse(await fs.readFile(file, 'utf8')) as ExportManifest;
  const parts = [];
  for (const { content: _content, imageBytes: _imageBytes, ...part } of manifest.parts) {
    const { bytes, sha256 } = await withoutContent(path.join(folder, part.file));
    parts.push({ ...part, bytes, sha256 });
  }
  const { name, hash, count } = manifest.dataset;
  const before = { ...manifest, version: 1, dataset: { name, hash, count }, parts };
  await fs.writeFile(file, JSON.stringify(before));
}

async function withoutContent(file: string) {
  const batches: RecordBatch[] = [];
  for await (const batch of readArrowFile(file)) {
    const fields = batch.schema.fields.filter(({ name }) => name !== 'sha256');
    const columns = fields.map(({ name }) => batch.getChild(name)!.data[0]!);
    batches.push(recordBatch(new Schema(fields), columns));
  }
  const sink = await openArrowFile(file, batches[0]!.schema);
  for (const batch of batches) await sink.write(batch);
  return await sink.close();
}
