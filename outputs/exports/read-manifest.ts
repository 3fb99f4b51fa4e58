import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import { PipelineError } from '../../operators/errors.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { schemaProblems } from '../../operators/files/schema-problems.ts';
import { wrongFolder } from '../files/wrong-folder.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportKind } from './export-kind.ts';
import type { ExportProgress, ShardManifest, WholeManifest } from './export-manifest.ts';
import { partName, partPositions } from './export-parts.ts';
import { type ExportShard, shardPositions, shardText } from './export-shard.ts';

/**
 * Reads and checks the manifest of a whole export; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, naming the field that is not as expected.
 */
export async function readWholeManifest<I extends ExportIdentity>(
  kind: ExportKind<I>,
  path: string,
): Promise<WholeManifest<I> | undefined> {
  const manifest = await read(kind, path, kind.manifest);
  if (manifest !== undefined) {
    checkParts(kind, path, manifest, { from: 0, end: manifest.dataset.count });
  }
  return manifest;
}

/**
 * Reads and checks the manifest of a shard; undefined when there is none.
 *
 * @throws {PipelineError} `ERR_FORMAT`, also when it is the manifest of another shard.
 */
export async function readShardManifest<I extends ExportIdentity>(
  kind: ExportKind<I>,
  path: string,
  shard: ExportShard,
): Promise<ShardManifest<I> | undefined> {
  const manifest = await read(kind, path, kind.shardManifest);
  if (manifest === undefined) return undefined;
  if (shardText(manifest.shard) !== shardText(shard)) {
    throw notAManifest(kind, path, `it is of shard ${shardText(manifest.shard)}`);
  }
  checkParts(kind, path, manifest, shardPositions(shard, manifest.dataset.count));
  return manifest;
}

/**
 * Tests whether a file is a manifest of a kind, whole or of a shard, by its `format`.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is no JSON object.
 */
export async function isOfKind(
  { format }: Pick<ExportKind<never>, 'format'>,
  path: string,
): Promise<boolean> {
  const found = (await readJsonObject(path))?.['format'];
  return found === format || found === `${format}-shard`;
}

/** The `format` of a manifest of another kind; undefined of one of this kind, and of one that does not say. */
export async function otherFormat(
  kind: Pick<ExportKind<never>, 'format'>,
  path: string,
): Promise<string | undefined> {
  return otherThan(kind, (await readJsonObject(path)) ?? {});
}

function otherThan(
  kind: Pick<ExportKind<never>, 'format'>,
  { format }: Readonly<Record<string, unknown>>,
): string | undefined {
  return typeof format === 'string' && !format.startsWith(kind.format) ? format : undefined;
}

type AnyKind = Pick<ExportKind<never>, 'format' | 'words'>;

async function read<T>(kind: AnyKind, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const value = await readJsonObject(path);
  if (value === undefined) return undefined;
  const format = otherThan(kind, value);
  if (format !== undefined) throw await otherKind(kind, path, format);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw notAManifest(kind, path, schemaProblems(parsed.error, value));
  return parsed.data;
}

/** Checks that the parts cover the positions from `from` on without gaps, to `end` when it says done. */
function checkParts(
  kind: AnyKind,
  path: string,
  { parts, dataset, done }: Pick<ExportIdentity, 'dataset'> & ExportProgress,
  { from, end }: { readonly from: number; readonly end: number },
): void {
  const wrong = (why: string): PipelineError => notAManifest(kind, path, why);
  let next = from;
  for (const part of parts) {
    const positions = Math.min(partPositions, dataset.count - next);
    if (part.first !== next || part.positions !== positions || next >= end) {
      throw wrong(`\`${part.file}\` does not cover the positions from ${next}`);
    }
    if (part.file !== partName(next / partPositions)) {
      throw wrong(`\`${part.file}\` is not the name of the part at ${next}`);
    }
    if (part.rows + part.bad.length !== part.positions) {
      throw wrong(`the rows of \`${part.file}\` do not add up to its positions`);
    }
    next += part.positions;
  }
  if (done && parts.some(({ again }) => again === true)) {
    throw wrong('it says done, and that parts are to be made again');
  }
  if (done && next !== end) {
    throw wrong(`it says done, but the parts end at position ${next}`);
  }
}

/** Error of the manifest of something else: what its folder is, and the way out. */
async function otherKind(
  { format: wanted, words }: AnyKind,
  path: string,
  format: string,
): Promise<PipelineError> {
  const lacks = `no ${words.of}: \`${basename(path)}\` is one of \`${format}\``;
  return await wrongFolder(dirname(path), { format: wanted, lacks });
}

function notAManifest({ words }: AnyKind, path: string, why: string): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${path}\` is not a manifest of ${words.of}: ${why}`, {
    path,
  });
}
