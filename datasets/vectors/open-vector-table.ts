import { arrayTable } from './array-table.ts';
import { npyMagic } from './npy-header.ts';
import type { FoundFile } from './found-file.ts';
import { openCsvVectors } from './csv-vectors.ts';
import { openNpyFile } from './npy-file.ts';
import { openNpzFile } from './npz-file.ts';
import { type RowsInFile, rowsInFile } from './rows-in-file.ts';
import { lanceMagic, lanceReason } from './lance-reason.ts';
import { formatError } from './rows-together.ts';
import { openTableVectors } from './table-vectors.ts';
import { withWideVectors } from './with-wide-vectors.ts';
import type { VectorTable } from './vector-table.ts';

/** Bytes by which a file is told. */
const headBytes = 256;

/** First bytes of a zip archive: of a member, or of none. */
const zipBegins = ['PK\u0003\u0004', 'PK\u0005\u0006'];

/** What is not read, by the first bytes, with the way out. */
const refused: readonly (readonly [begin: string, text: string])[] = [
  ['\u001F\u008B', 'is compressed with gzip: unpack it with `gunzip`'],
  ['\u0028\u00B5\u002F\u00FD', 'is compressed with Zstandard: unpack it with `zstd -d`'],
  ['BZh', 'is compressed with bzip2: unpack it with `bunzip2`'],
  [
    '\u0089HDF',
    'is HDF5, which is not read: save the vectors with `np.save(FILE, file["name"][:])`',
  ],
  [
    '\u0080\u0002',
    'is pickled, and can run any program when it is read: save the vectors with `np.save`',
  ],
  [
    '\u0080\u0003',
    'is pickled, and can run any program when it is read: save the vectors with `np.save`',
  ],
  [
    '\u0080\u0004',
    'is pickled, and can run any program when it is read: save the vectors with `np.save`',
  ],
  [
    '\u0080\u0005',
    'is pickled, and can run any program when it is read: save the vectors with `np.save`',
  ],
];

const utf16Reason = 'is UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`';

/** A table of vectors that was opened. */
export interface OpenedTable {
  readonly table: VectorTable;
  /** Its vectors where they lie in a local file as float32, row after row; else null. */
  readonly inPlace: RowsInFile | null;
}

/** Opens a file as a table of vectors by its content, whatever its name. @throws {PipelineError} `ERR_FORMAT`, naming it. */
export async function openVectorTable(
  found: FoundFile,
  signal?: AbortSignal,
): Promise<OpenedTable> {
  const { place, object, url } = found;
  const { store } = place;
  try {
    if (object.bytes === 0) throw new Error('it is empty');
    const range = { from: 0, bytes: Math.min(headBytes, object.bytes) };
    const head = Buffer.from(await store.read(object, { range, signal })).toString('latin1');
    const wrong = refused.find(([begin]) => head.startsWith(begin));
    if (wrong !== undefined) throw new Error(`it ${wrong[1]}`);
    if (isUtf16(head)) throw new Error(`it ${utf16Reason}`);
    if (head.startsWith(npyMagic)) {
      const array = await openNpyFile(store, object, 'vector', signal);
      return {
        table: arrayTable(url, 'npy', [array]),
        inPlace: rowsInFile(url, object, store.file(object.key), array.header),
      };
    }
    if (zipBegins.some((begin) => head.startsWith(begin))) {
      return {
        table: arrayTable(url, 'npz', await openNpzFile(store, object, signal)),
        inPlace: null,
      };
    }
    if (await isLance(found, signal)) throw new Error(`it ${lanceReason()}`);
    if (isText(head)) return { table: await openCsvVectors(found, signal), inPlace: null };
  } catch (error) {
    signal?.throwIfAborted();
    throw formatError(url, error, `\`${url}\``);
  }
  return { table: withWideVectors(await openTableVectors(place, object, signal)), inPlace: null };
}

async function isLance({ place, object }: FoundFile, signal?: AbortSignal): Promise<boolean> {
  if (object.bytes < lanceMagic.length || !/\.lance$/iu.test(object.key)) return false;
  const range = { from: object.bytes - lanceMagic.length, bytes: lanceMagic.length };
  return (
    Buffer.from(await place.store.read(object, { range, signal })).toString('latin1') === lanceMagic
  );
}

/** Tests whether a text is UTF-16: by its mark, or because every other byte of its first ones is zero. */
function isUtf16(head: string): boolean {
  return /^(?:\u00FF\u00FE|\u00FE\u00FF|(?:[\t\n\r -~]\0){4}|(?:\0[\t\n\r -~]){4})/u.test(head);
}

/** Control characters that no text has. */
// oxlint-disable-next-line no-control-regex -- that is what it looks for
const binary = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/u;

/** Tests whether a file may be a text, by its first bytes. */
function isText(head: string): boolean {
  return !binary.test(head) && !/^(?:ARROW1|PAR1|PARE)/u.test(head);
}
