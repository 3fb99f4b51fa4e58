import fs from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../../operators/errors.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { addonFile } from './compile-addon.ts';
import type { TensorflowVariant } from './pinned-wheels.ts';

/** Name of the record, inside `deps/` of the package: it comes and goes with the libraries. */
const recordName = 'sincere-setup.json';

/** Record of what was set up: which wheels, and the files that came of them. */
export interface SetupRecord {
  readonly format: 'sincere-tensorflow';
  readonly version: 1;
  /** Program that set it up. */
  readonly producer: string;
  readonly variant: TensorflowVariant;
  readonly tensorflow: string;
  readonly package: string;
  /** Node that it was verified with, and its platform. */
  readonly node: string;
  readonly platform: string;
  readonly compiler: string;
  readonly wheels: readonly RecordedWheel[];
  /** By path below the package. */
  readonly files: Readonly<Record<string, RecordedFile>>;
}

/** A wheel that libraries came from. */
export interface RecordedWheel {
  readonly project: string;
  readonly version: string;
  readonly license: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A file that was set up. */
export interface RecordedFile {
  readonly bytes: number;
  readonly sha256: string;
}

const fields = z.strictObject({ bytes: z.int(), sha256: z.string() });

const schema: z.ZodType<SetupRecord> = z.strictObject({
  format: z.literal('sincere-tensorflow'),
  version: z.literal(1),
  producer: z.string(),
  variant: z.enum(['cpu', 'cuda']),
  tensorflow: z.string(),
  package: z.string(),
  node: z.string(),
  platform: z.string(),
  compiler: z.string(),
  wheels: z.array(fields.extend({ project: z.string(), version: z.string(), license: z.string() })),
  files: z.record(z.string(), fields),
});

/** Path of the record below a folder that has `deps/`. */
export function recordPath(folder: string): string {
  return path.join(folder, 'deps', recordName);
}

/**
 * The record of a package; undefined when nothing was set up, or the record cannot be used.
 *
 * @param tell Called when the record is there and cannot be used, with the reason: a setup makes it anew.
 */
export async function readRecord(
  folder: string,
  tell: (text: string) => void,
): Promise<SetupRecord | undefined> {
  const file = recordPath(folder);
  try {
    const found = await readJsonObject(file);
    if (found === undefined) return undefined;
    const parsed = schema.safeParse(found);
    if (parsed.success) return parsed.data;
    tell(`\`${file}\` is not a record as this version of \`setup\` writes it.`);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    tell(`${error.message}.`);
  }
  return undefined;
}

/** Tests whether every file of a record is there, with its length. */
export async function isWhole(folder: string, record: SetupRecord): Promise<boolean> {
  if (record.files[addonFile] === undefined) return false;
  const checks = Object.entries(record.files).map(async ([name, { bytes }]) => {
    const stat = await fs.stat(path.join(folder, name)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return stat?.size === bytes;
  });
  return (await Promise.all(checks)).every(Boolean);
}
