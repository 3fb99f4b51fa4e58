import type { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { Place, StoredObject } from '../store/object-store.ts';
import { type CifarLayout, recordBytes } from './cifar-layout.ts';
import { notRead, readPart } from './in-folder.ts';
import { rawFilesError } from './raw-files-error.ts';

/** A folder of one of the datasets, and the files in it. */
export interface CifarFolder {
  readonly location: string;
  readonly place: Place;
  readonly layout: CifarLayout;
  readonly found: ReadonlyMap<string, StoredObject>;
  readonly signal: AbortSignal | undefined;
}

/** The labels of a file, each with the number of its record. */
export async function* labelsOf(
  { place, layout, signal }: CifarFolder,
  object: StoredObject,
  label: number,
): AsyncIterable<readonly [record: number, value: number]> {
  const size = recordBytes(layout);
  const url = place.store.url(object.key);
  const [, , count] = layout.labels[label]!;
  if (object.bytes === 0 || object.bytes % size !== 0) {
    const whole = Math.floor(object.bytes / size);
    throw rawFilesError(
      url,
      `has ${counted(object.bytes, 'byte')}, which are ${counted(whole, 'record')} of ${layout.name} and ` +
        `${object.bytes % size} of the ${counted(size)} bytes of another: it is cut, or another file. Get it again`,
    );
  }
  let at = 0;
  try {
    for await (const piece of place.store.stream(object, { signal })) {
      // The label of each record that begins in this piece, or in the one before.
      for (let next = firstFrom(at, label, size); next < at + piece.length; next += size) {
        const [record, value] = [(next - label) / size, piece[next - at]!];
        if (value >= count) throw outOfRange(url, layout, record, value, count);
        yield [record, value];
      }
      at += piece.length;
    }
  } catch (error) {
    throw notRead(place.store, object, error, signal);
  }
}

/** The first place from `at` on that is `label` bytes behind the beginning of a record. */
function firstFrom(at: number, label: number, size: number): number {
  return Math.ceil((at - label) / size) * size + label;
}

/** Names of the classes, by label; undefined where the file of them is missing, which is noted. */
export async function labelNames(
  { location, place, layout, found, signal }: CifarFolder,
  label: number,
): Promise<{ readonly names?: readonly string[]; readonly notes: DatasetNote[] }> {
  const [, file, count] = layout.labels[label]!;
  const object = found.get(file);
  if (object === undefined) {
    return { notes: [{ text: `\`${location}\` has no ${shownName(file)}: classes are numbers` }] };
  }
  const url = place.store.url(object.key);
  if (object.bytes > mostNameBytes) throw rawFilesError(url, 'is too large for a list of names');
  const text = Buffer.from(await readPart(place.store, object, { signal })).toString();
  const names = text.split(/\r?\n/u).map((line) => line.trim());
  const all = names.filter((name) => name !== '');
  const twice = all.find((name, at) => all.indexOf(name) !== at);
  if (twice !== undefined) throw rawFilesError(url, `names the class ${shownName(twice)} twice`);
  if (all.length === count) return { names: all, notes: [] };
  throw rawFilesError(
    url,
    `names ${counted(all.length, 'class', 'classes')}, and ${layout.name} has ${count}. Get it again`,
  );
}

const mostNameBytes = 2 ** 16;

function outOfRange(
  url: string,
  { name }: CifarLayout,
  record: number,
  value: number,
  count: number,
): PipelineError {
  return rawFilesError(
    url,
    `has the label ${value} in record ${record}, and ${name} has ${counted(count, 'class', 'classes')}. ` +
      'It is damaged, or another file: get it again',
  );
}
