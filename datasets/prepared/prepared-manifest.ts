import fs from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { preparedManifestName, preparedVersion } from '../../operators/prepared-format.ts';
import type { Preparation } from '../../operators/types.ts';
import { errorCode } from '../../operators/files/system-error.ts';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

/** One part of a prepared dataset, as far as it is read. */
export interface PreparedPart {
  readonly file: string;
  readonly first: number;
  readonly positions: number;
  readonly rows: number;
  readonly bytes: number;
  readonly index: { readonly bytes: number; readonly sha256: string };
  readonly bad: readonly {
    readonly id: string;
    readonly code: 'ERR_READ' | 'ERR_DECODE';
    readonly message: string;
  }[];
  readonly repaired?: readonly unknown[] | undefined;
}

/** Manifest of a prepared dataset, as far as it is read. */
export interface PreparedManifest {
  readonly dataset: { readonly name: string; readonly hash: string; readonly count: number };
  readonly classes: readonly string[];
  readonly preparation: Preparation;
  readonly parts: readonly PreparedPart[];
  readonly done: boolean;
}

/** What is read of the manifest; whoever writes it knows more of it. */
const manifest: z.ZodType<PreparedManifest> = z.object({
  version: z.literal(preparedVersion),
  dataset: z.object({ name: z.string(), hash: sha256, count }),
  classes: z.array(z.string()),
  preparation: z.object({
    as: z.enum(['pixels', 'jpeg', 'png']),
    quality: z.int().min(1).max(100).nullable(),
    shrinkTo: z.int().positive().nullable(),
    exif: z.enum(['apply', 'ignore']),
    icc: z.enum(['apply', 'ignore']),
    alpha: z.enum(['white', 'drop']),
    tolerant: z.boolean(),
  }),
  parts: z.array(
    z.object({
      // A plain name: a manifest must not reach outside its folder.
      file: z.string().regex(/^part-\d+\.arrow$/u),
      first: count,
      positions: count,
      rows: count,
      bytes: count,
      index: z.object({ bytes: count, sha256 }),
      bad: z.array(
        z.object({
          id: z.string(),
          code: z.enum(['ERR_READ', 'ERR_DECODE']),
          message: z.string(),
        }),
      ),
      repaired: z.array(z.unknown()).optional(),
    }),
  ),
  done: z.boolean(),
});

/**
 * Tests whether a folder holds a prepared dataset, by the `format` of its manifest. What cannot be read is none: whoever
 * opens the folder says what is wrong with it.
 */
export async function isPreparedFolder(folder: string): Promise<boolean> {
  return await isPrepared(path.join(folder, preparedManifestName));
}

async function isPrepared(manifestPath: string): Promise<boolean> {
  const text = await fs.readFile(manifestPath, 'utf8').catch(() => '');
  // Also of a damaged one: its images are not to be looked for in the parts.
  return /^\s*\{\s*"format":\s*"sincere-prepared(?:-shard)?"/u.test(text);
}

/**
 * Reads and checks the manifest of a finished prepared dataset.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming the file and what is not as expected.
 */
export async function readPreparedManifest(folder: string): Promise<PreparedManifest> {
  const file = path.join(folder, preparedManifestName);
  const parsed = manifest.safeParse(await jsonOf(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue === undefined ? '' : `\`${issue.path.join('.')}\`: ${issue.message}`;
    throw damaged(file, `it is no manifest of prepared images: ${at}`);
  }
  const { data } = parsed;
  if (!data.done) throw unfinished(folder);
  checkParts(file, data);
  return data;
}

/** Parts cover every position once, in order. */
function checkParts(file: string, { parts, dataset }: PreparedManifest): void {
  let next = 0;
  for (const part of parts) {
    if (part.first !== next || part.rows + part.bad.length !== part.positions) {
      throw damaged(file, `\`${part.file}\` does not cover the positions from ${next}`);
    }
    next += part.positions;
  }
  if (next !== dataset.count) throw damaged(file, `its parts end at position ${next}`);
  if (new Set(parts.map((part) => part.file)).size < parts.length) {
    throw damaged(file, 'it names a part twice');
  }
}

/** A value of a JSON file. @throws {PipelineError} `ERR_DATASET`. */
export async function jsonOf(file: string): Promise<unknown> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8'));
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'it is missing' : messageOf(error);
    throw damaged(file, why, error);
  }
}

/** Error of a file of a prepared dataset that is not what it should be. */
export function damaged(file: string, why: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `\`${file}\` is damaged: ${why}. \`inspect\` with \`verify: true\` looks at all of it; prepare the images again, ` +
      'into another folder',
    { path: file, options: ['verify'], cause },
  );
}

function unfinished(folder: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `\`${folder}\` holds an unfinished prepared dataset. Continue it with \`prepare\` and \`resume: true\``,
    { path: folder, options: ['resume'] },
  );
}

/**
 * Error of a folder that holds shards of a prepared dataset, which are not one yet; undefined of another.
 *
 * @param name The folder as messages call it.
 */
export async function preparedInShards(
  name: string,
  folder: string,
): Promise<PipelineError | undefined> {
  // A file is none.
  const names = await fs.readdir(folder).catch(() => []);
  const shard = names.find((one) => /^manifest-\d+-of-\d+\.json$/u.test(one));
  if (shard === undefined || !(await isPrepared(path.join(folder, shard)))) return undefined;
  return new PipelineError(
    'ERR_DATASET',
    `\`${name}\` holds shards of a prepared dataset. Run \`finalize\` when all are done`,
    { path: folder },
  );
}
