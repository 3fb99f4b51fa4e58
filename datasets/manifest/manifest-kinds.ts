import type { Place } from '../store/object-store.ts';
import { openCsv } from './csv-rows.ts';
import { openJsonLines } from './json-rows.ts';
import type { ManifestRows } from './manifest-rows.ts';
import { openTableRows } from './table-rows.ts';
import { textChunks } from './text-chunks.ts';
import type { StoredObject } from '../store/object-store.ts';

/** What is opened of a manifest. */
export interface OpenedManifest {
  readonly place: Place;
  readonly object: StoredObject;
  /** Its location, as messages name it. */
  readonly url: string;
  readonly signal: AbortSignal | undefined;
}

type OpenText = (url: string, chunks: AsyncIterable<Uint8Array>) => Promise<ManifestRows>;

function text(open: OpenText): (opened: OpenedManifest) => Promise<ManifestRows> {
  return async ({ place, object, url, signal }) => {
    const stream = object.bytes === 0 ? none() : place.store.stream(object, { signal });
    const chunks = stream[Symbol.asyncIterator]();
    const close = async (): Promise<void> => void (await chunks.return?.());
    try {
      return {
        ...(await open(url, textChunks(url, { [Symbol.asyncIterator]: () => chunks }))),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  };
}

// oxlint-disable-next-line require-yield -- there is nothing in an empty file
async function* none(): AsyncIterable<Uint8Array> {
  return;
}

const table = async ({ place, signal }: OpenedManifest): Promise<ManifestRows> =>
  await openTableRows(place, signal);

/** Kinds of manifests by the ending of their names. */
const kinds: Readonly<Record<string, (opened: OpenedManifest) => Promise<ManifestRows>>> = {
  '.csv': text(openCsv),
  '.tsv': text(openCsv),
  '.jsonl': text(openJsonLines),
  '.ndjson': text(openJsonLines),
  '.parquet': table,
  '.arrow': table,
  '.feather': table,
};

/** The kind of a manifest, by its name; undefined of what is none. */
export function manifestKind(
  key: string,
): ((opened: OpenedManifest) => Promise<ManifestRows>) | undefined {
  const ending = /\.[a-z]+$/iu.exec(key)?.[0].toLowerCase();
  return ending === undefined || !Object.hasOwn(kinds, ending) ? undefined : kinds[ending];
}
