import { messageOf } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';
import { manifestError, rowError } from './manifest-error.ts';
import type { ManifestRow, ManifestRows } from './manifest-rows.ts';
import { repeatedKey } from './repeated-key.ts';
import { type TextLine, textLines } from './text-lines.ts';

/** Lines whose keys are the columns: others have at most those. */
const linesOfColumns = 100;

/**
 * Opens a file of JSON objects, one a line. Its columns are the keys of the first 100 lines; a field of an object in a column
 * is `column.field`.
 *
 * @throws {PipelineError} `ERR_DATASET` when it is empty, or a line is no object.
 */
export async function openJsonLines(
  url: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<ManifestRows> {
  const lines = objectsOf(url, textLines(url, chunks))[Symbol.asyncIterator]();
  const first: JsonLine[] = [];
  while (first.length < linesOfColumns) {
    const next = await lines.next();
    if (next.done === true) break;
    first.push(next.value);
  }
  if (first.length === 0) throw manifestError(url, 'is empty. Expected a JSON object in each line');
  const columns = [...new Set(first.flatMap(({ value }) => Object.keys(value)))];
  return {
    columns: columns.concat(first.slice(0, 1).flatMap(({ value }) => fieldsOf(value))),
    unit: 'line',
    areTexts: false,
    rows: (chosen) => rowsOf(first, lines, chosen),
  };
}

interface JsonLine {
  readonly at: number;
  readonly value: Readonly<Record<string, unknown>>;
}

async function* objectsOf(url: string, lines: AsyncIterable<TextLine>): AsyncIterable<JsonLine> {
  for await (const { at, text } of lines) {
    if (text.trim() !== '') yield { at, value: objectIn(url, at, text) };
  }
}

function objectIn(url: string, at: number, text: string): JsonLine['value'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = messageOf(error).replaceAll(/\s+/gu, ' ').slice(0, 200);
    throw Object.assign(rowError(url, `Line ${at}`, `is no JSON: ${reason}`), { cause: error });
  }
  const repeated = repeatedKey(text, value);
  if (repeated !== undefined) {
    throw rowError(
      url,
      `Line ${at}`,
      `has the key ${shownName(repeated)} twice. Leave one of them`,
    );
  }
  if (isObject(value)) return value;
  const what = Array.isArray(value) ? 'a list' : `\`${text.trim().slice(0, 40)}\``;
  throw rowError(
    url,
    `Line ${at}`,
    `is ${what}. Expected an object, such as {"file_name": "cat/1.jpg", "label": "cat"}`,
  );
}

function isObject(value: unknown): value is JsonLine['value'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields of objects in a line. */
function fieldsOf(value: JsonLine['value']): readonly string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    isObject(inner) ? Object.keys(inner).map((field) => `${name}.${field}`) : [],
  );
}

async function* rowsOf(
  first: readonly JsonLine[],
  rest: AsyncIterator<JsonLine>,
  chosen: readonly string[],
): AsyncIterable<ManifestRow> {
  const rowOf = ({ at, value }: JsonLine): ManifestRow => ({
    at,
    cells: chosen.map((name) => cellOf(value, name)),
  });
  for (const line of first) yield rowOf(line);
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield rowOf(next.value);
  }
}

function cellOf(value: JsonLine['value'], name: string): unknown {
  if (Object.hasOwn(value, name)) return value[name];
  const point = name.indexOf('.');
  const inner = point < 0 ? undefined : ownOf(value, name.slice(0, point));
  return isObject(inner) ? ownOf(inner, name.slice(point + 1)) : undefined;
}

function ownOf(value: JsonLine['value'], name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
