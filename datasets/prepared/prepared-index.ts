import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../operators/errors.ts';
import { digestBytes } from '../../operators/image-content.ts';
import { type PackedStrings, packedStrings } from '../../operators/packed-strings.ts';
import {
  indexName,
  preparedIndexFormat,
  preparedVersion,
} from '../../operators/prepared-format.ts';
import { damaged, type PreparedManifest, type PreparedPart } from './prepared-manifest.ts';

/** Index of the images of a prepared dataset, by position: some 60 bytes and the id for each. */
export interface PreparedImages {
  readonly ids: PackedStrings;
  /** Position in the classes, -1 when unknown. */
  readonly labels: Int32Array;
  /** All classes, ascending, of the images that have several. */
  readonly labelSets: ReadonlyMap<number, readonly number[]>;
  /** Index of its part in the manifest. */
  readonly part: Uint32Array;
  /** First byte in the part file; -1 of an image that could not be used. */
  readonly from: Float64Array;
  readonly bytes: Float64Array;
  readonly crc32: Uint32Array;
  /** `[positions, 32]` SHA-256 of the file that it was made of. */
  readonly digests: Uint8Array;
  readonly sourceBytes: Float64Array;
  /** Largest shorter side of all images, in pixels. */
  readonly shorterSide: number;
}

/**
 * Reads the indices of all parts; the parts themselves are only looked at for their sizes.
 *
 * Nothing in an index is believed: lengths, offsets and labels are within the part and the classes.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming the file.
 */
export async function readPreparedImages(
  folder: string,
  manifest: PreparedManifest,
  signal: AbortSignal | undefined,
): Promise<PreparedImages> {
  const { count } = manifest.dataset;
  const ids: string[] = [];
  const labelSets = new Map<number, readonly number[]>();
  const images = {
    labels: new Int32Array(count).fill(-1),
    part: new Uint32Array(count),
    from: new Float64Array(count).fill(-1),
    bytes: new Float64Array(count),
    crc32: new Uint32Array(count),
    digests: new Uint8Array(count * digestBytes),
    sourceBytes: new Float64Array(count),
  };
  let shorterSide = 0;
  for (const [number, part] of manifest.parts.entries()) {
    signal?.throwIfAborted();
    await checkSize(path.join(folder, part.file), part.bytes);
    const file = path.join(folder, indexName(part.file));
    const index = await readIndex(file, part);
    const badIds = new Set(part.bad.map(({ id }) => id));
    for (let row = 0; row < part.positions; row += 1) {
      const at = part.first + row;
      const [id, label] = [index.ids[row], index.labels[row]];
      if (typeof id !== 'string') throw damaged(file, `row ${row} has no id`);
      if (label !== null && !isCount(label, manifest.classes.length - 1)) {
        throw damaged(file, `\`${id}\` has a label of no class`);
      }
      ids.push(id);
      images.labels[at] = label ?? -1;
      const several = index.labelSets?.[row] ?? null;
      if (several !== null) {
        if (!isLabelSet(several, label, manifest.classes.length)) {
          throw damaged(file, `\`${id}\` has other classes than a dataset can have`);
        }
        labelSets.set(at, several);
      }
      images.part[at] = number;
      if (badIds.has(id)) continue;
      const place = placeOf(index, row);
      if (!isPlace(place, part)) throw damaged(file, `\`${id}\` does not lie in its part`);
      images.from[at] = place.from;
      images.bytes[at] = place.bytes;
      images.crc32[at] = place.crc32;
      images.sourceBytes[at] = place.sourceBytes;
      shorterSide = Math.max(shorterSide, Math.min(place.width, place.height));
      images.digests.set(Buffer.from(place.sha256, 'hex'), at * digestBytes);
    }
  }
  return { ids: packedStrings(ids), labelSets, ...images, shorterSide };
}

async function checkSize(file: string, bytes: number): Promise<void> {
  const stat = await fs.stat(file).catch((error: unknown) => {
    throw damaged(file, messageOf(error), error);
  });
  if (stat.size === bytes) return;
  throw damaged(file, `the manifest says ${bytes} bytes, it has ${stat.size}`);
}

const columns = [
  'ids',
  'labels',
  'from',
  'bytes',
  'crc32',
  'sha256',
  'sourceBytes',
  'width',
  'height',
] as const;

/** Lists of the index, as long as they should be, of values that are not known yet. */
type UncheckedIndex = { readonly [column in (typeof columns)[number]]: readonly unknown[] } & {
  readonly labelSets?: readonly unknown[];
};

async function readIndex(file: string, part: PreparedPart): Promise<UncheckedIndex> {
  const { sha256 } = part.index;
  const bytes = await fs.readFile(file).catch((error: unknown) => {
    throw damaged(file, messageOf(error), error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw damaged(file, 'its SHA-256 is not the one in the manifest');
  }
  const index = parsed(file, bytes.toString('utf8'));
  const isOurs = index['format'] === preparedIndexFormat && index['version'] === preparedVersion;
  const optional = index['labelSets'] === undefined ? [] : (['labelSets'] as const);
  const other = [...columns, ...optional].find((name) => {
    const list = index[name];
    return !Array.isArray(list) || list.length !== part.positions;
  });
  if (isOurs && other === undefined) return index as UncheckedIndex;
  const why = isOurs
    ? `its \`${other}\` is no list of ${part.positions}`
    : 'it is of another format';
  throw damaged(file, why);
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    throw damaged(file, messageOf(error), error);
  }
}

/** Values of a row, not known to be any. */
type UncheckedPlace = { readonly [key in keyof Place]: unknown };

interface Place {
  readonly from: number;
  readonly bytes: number;
  readonly crc32: number;
  readonly sourceBytes: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
}

function placeOf(index: UncheckedIndex, row: number): UncheckedPlace {
  const { from, bytes, crc32, sourceBytes, sha256, width, height } = index;
  return {
    from: from[row],
    bytes: bytes[row],
    crc32: crc32[row],
    sourceBytes: sourceBytes[row],
    sha256: sha256[row],
    width: width[row],
    height: height[row],
  };
}

function isPlace(place: UncheckedPlace, part: PreparedPart): place is Place {
  const { from, bytes, crc32, sourceBytes, sha256, width, height } = place;
  return (
    isCount(from, part.bytes) &&
    isCount(bytes, part.bytes - from) &&
    isCount(crc32, 2 ** 32 - 1) &&
    isCount(sourceBytes, Number.MAX_SAFE_INTEGER) &&
    isCount(width, 2 ** 31 - 1) &&
    isCount(height, 2 ** 31 - 1) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/u.test(sha256)
  );
}

/** Tests for two places or more in the classes, ascending, `label` among them. */
function isLabelSet(value: unknown, label: unknown, classes: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((one, at) => isCount(one, classes - 1) && (at === 0 || one > value[at - 1])) &&
    value.includes(label)
  );
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
