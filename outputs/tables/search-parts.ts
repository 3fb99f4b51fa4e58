import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicFile, writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { type Json, jsonDifferences, readJsonObject } from '../../operators/files/json.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { writeError } from '../../operators/files/write-error.ts';

/** Neighbours of consecutive queries: `[queries, places]`, nearest first. */
export interface FoundPlaces {
  /** Position of the first query. */
  readonly first: number;
  readonly queries: number;
  /** Position of each neighbour in the support. */
  readonly positions: Int32Array;
  readonly similarities: Float64Array;
}

/** Finished groups of a search in files, so that a search that was killed goes on after the last of them. */
export interface SearchParts {
  /** Queries of finished groups, the first ones of the search. */
  readonly done: number;
  /** Writes the next group. It counts as finished when this settles. */
  add(group: FoundPlaces): Promise<void>;
  /** Reads all groups in order, some queries at a time whatever the groups. @param atOnce Queries, 1 or more. */
  read(atOnce: number): AsyncGenerator<FoundPlaces>;
  /** Removes the files. */
  remove(): Promise<void>;
}

/** A search: what its neighbours are a function of, and how many there are of each query. */
export interface SearchIdentity {
  /** Fields that a search goes on with only when they are the same. */
  readonly identity: Readonly<Record<string, Json>>;
  readonly places: number;
}

interface Part {
  readonly file: string;
  readonly first: number;
  readonly queries: number;
  readonly sha256: string;
}

const format = 'sincere-search';
/** Folder of the groups, in that of the result, while it is not complete. */
const folderName = 'unfinished';
const manifestName = 'search.json';

/**
 * Opens the groups of a search in the folder of its result.
 *
 * A part is an int32 position and then a float64 similarity for each place of its queries; `search.json` lists those that
 * are complete, with their SHA-256, and is replaced after each.
 *
 * @param resume Go on with the groups that are there; none are to be there otherwise.
 * @throws {PipelineError} `ERR_CONFIG` when there are groups of this or another search that is not to be continued;
 * `ERR_FORMAT` when one is damaged; `ERR_WRITE`.
 */
export async function openSearchParts(
  out: string,
  { identity, places }: SearchIdentity,
  resume: boolean,
): Promise<SearchParts> {
  const folder = path.join(out, folderName);
  const manifest = path.join(folder, manifestName);
  const found = await readJsonObject(manifest);
  if (found !== undefined && !resume) throw unfinished(folder);
  if (found !== undefined) refuseOther(folder, found, { ...identity, places });
  await makeFolder(folder);
  const parts = found === undefined ? [] : await checkedParts(folder, found['parts'], places);
  const done = (): number => parts.reduce((sum, { queries }) => sum + queries, 0);
  return {
    get done() {
      return done();
    },
    async add({ first, queries, positions, similarities }) {
      const file = `part-${String(parts.length).padStart(6, '0')}.bin`;
      const chunks = [bytesOf(positions), bytesOf(similarities)];
      await writeAtomicFile(path.join(folder, file), chunks);
      parts.push({ file, first, queries, sha256: hashOf(chunks) });
      await writeAtomicJson(manifest, { format, version: 1, ...identity, places, parts });
    },
    async *read(atOnce) {
      const count = done();
      for (let first = 0; first < count; first += atOnce) {
        yield await placesOf(folder, parts, {
          first,
          queries: Math.min(atOnce, count - first),
          places,
        });
      }
    },
    async remove() {
      await fs.rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
        throw writeError(folder, error);
      });
    },
  };
}

/** @throws {PipelineError} `ERR_CONFIG` when the folder of a result holds a search that was not finished. */
export async function refuseUnfinished(out: string): Promise<void> {
  const folder = path.join(out, folderName);
  if ((await readJsonObject(path.join(folder, manifestName))) !== undefined)
    throw unfinished(folder);
}

function unfinished(folder: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` holds a search that was not finished. Go on with it by \`resume: true\`, or remove the folder to begin anew.`,
    { path: folder, options: ['resume'] },
  );
}

function refuseOther(
  folder: string,
  found: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, Json>>,
): void {
  const before = Object.fromEntries(Object.keys(wanted).map((key) => [key, found[key]]));
  const others = jsonDifferences(before, wanted);
  if (others.length === 0) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${folder}\` holds a search of something else: ${others.slice(0, 5).join(', ')}. ` +
      'Go on with what it was begun with, or give another `out`.',
    { path: folder, options: ['out'] },
  );
}

/** @throws {PipelineError} `ERR_FORMAT` when they are not the first groups of the search, one after the other. */
async function checkedParts(folder: string, given: unknown, places: number): Promise<Part[]> {
  const parts: Part[] = [];
  let first = 0;
  for (const part of Array.isArray(given) ? (given as readonly Partial<Part>[]) : [null]) {
    const file = path.join(folder, path.basename(String(part?.file)));
    const bytes = await fs.readFile(file).catch(() => Buffer.alloc(0));
    const queries = part?.queries ?? 0;
    const isWhole =
      part?.first === first && queries > 0 && bytes.length === queries * places * bytesOfPlace;
    if (!isWhole || hashOf([bytes]) !== part.sha256) throw damaged(file, folder);
    parts.push(part as Part);
    first += queries;
  }
  return parts;
}

const bytesOfPlace = 12;

function damaged(file: string, folder: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${file}\` is not as it was written. Remove \`${folder}\` and search again, without \`resume\`.`,
    { path: file, options: ['resume'] },
  );
}

/** Places of consecutive queries, from as many parts as they lie in. */
async function placesOf(
  folder: string,
  parts: readonly Part[],
  { first, queries, places }: { first: number; queries: number; places: number },
): Promise<FoundPlaces> {
  const positions = new Int32Array(queries * places);
  const similarities = new Float64Array(queries * places);
  for (const part of parts) {
    const from = Math.max(first, part.first);
    const end = Math.min(first + queries, part.first + part.queries);
    if (from >= end) continue;
    const file = path.join(folder, part.file);
    const handle = await fs.open(file);
    try {
      const fill = async (into: Int32Array | Float64Array, start: number): Promise<void> => {
        const size = into.BYTES_PER_ELEMENT;
        const at = start + (from - part.first) * places * size;
        const bytes = bytesOf(into.subarray((from - first) * places, (end - first) * places));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
        if (bytesRead !== bytes.length) throw damaged(file, folder);
      };
      await fill(positions, 0);
      await fill(similarities, part.queries * places * positions.BYTES_PER_ELEMENT);
    } finally {
      await handle.close();
    }
  }
  return { first, queries, positions, similarities };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function hashOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
