import path from 'node:path';
import { z } from 'zod';
import {
  indexName,
  type PreparedIndex,
  preparedIndexFormat,
  preparedVersion,
} from '../../operators/prepared-format.ts';
import { digestBytes } from '../../operators/image-content.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { schemaProblems } from '../../operators/files/schema-problems.ts';
import type { IdentifiedRows } from '../exports/check-images.ts';
import { damagedPart } from '../exports/check-part.ts';
import type { ExportPart } from '../exports/export-manifest.ts';

const place = z.int().nonnegative().nullable();

const schema: z.ZodType<PreparedIndex> = z.strictObject({
  format: z.literal(preparedIndexFormat),
  version: z.literal(preparedVersion),
  ids: z.array(z.string()),
  labels: z.array(place),
  labelSets: z.array(z.array(z.int().nonnegative()).min(2).nullable()).optional(),
  from: z.array(place),
  bytes: z.array(place),
  crc32: z.array(place),
  sha256: z.array(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/u)
      .nullable(),
  ),
  sourceBytes: z.array(place),
  width: z.array(place),
  height: z.array(place),
});

/**
 * Reads and checks the index of a part.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the file.
 */
export async function readPartIndex(folder: string, part: ExportPart): Promise<PreparedIndex> {
  const file = path.join(folder, indexName(part.file));
  const value = await readJsonObject(file);
  if (value === undefined) throw damagedPart(file, 'it is missing');
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damagedPart(file, schemaProblems(parsed.error, value));
  const { format: _format, version: _version, ...columns } = parsed.data;
  for (const [name, list] of Object.entries(columns)) {
    if (list === undefined || list.length === part.positions) continue;
    throw damagedPart(file, `its \`${name}\` has ${list.length} of ${part.positions} values`);
  }
  return parsed.data;
}

/** The images that have a row in a part, and what their files were. */
export async function* indexedRows(
  folder: string,
  part: ExportPart,
): AsyncGenerator<IdentifiedRows, void, undefined> {
  const { ids, sha256 } = await readPartIndex(folder, part);
  const rows = [...ids.keys()].filter((row) => sha256[row] !== null);
  const digests = new Uint8Array(rows.length * digestBytes);
  for (const [at, row] of rows.entries()) {
    digests.set(Buffer.from(sha256[row]!, 'hex'), at * digestBytes);
  }
  yield { ids: rows.map((row) => ids[row]!), digests };
}
