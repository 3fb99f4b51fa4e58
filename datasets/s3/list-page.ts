/** An object as a listing has it. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** ETag as answers to readings have it, else the time of the last change, marked as one. */
  readonly version: string;
}

/** A page of a listing. */
export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Where the next page begins; undefined of the last one. */
  readonly next: string | undefined;
}

/** Longest key of S3 is 1,024 bytes; that of any store that lists like it. */
const maxKeyLength = 4096;

/**
 * Reads an answer to `ListObjectsV2`.
 *
 * Whatever the text declares of itself is refused, entities first, and nothing of it is resolved but the five of XML and
 * numbers of characters.
 *
 * @throws {Error} When it is none: the message is the reason.
 */
export async function readListPage(bytes: Uint8Array): Promise<ListPage> {
  const { XMLParser } = await import('fast-xml-parser');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (/<!(?!\[CDATA\[|--)/u.test(text)) throw new Error('its answer has a document type');
  // The parser takes what is cut for whole.
  if (!/<\/ListBucketResult>\s*$/u.test(text))
    throw new Error('its answer is no `ListBucketResult`, or cut');
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    processEntities: false,
    trimValues: false,
    maxNestedTags: 8,
    isArray: (name: string) => name === 'Contents',
  });
  const root = fieldsOf(fieldsOf(parser.parse(text))?.['ListBucketResult']);
  if (root === undefined) throw new Error('its answer is no `ListBucketResult`');
  const isEscaped = textOf(root, 'EncodingType') === 'url';
  const contents = (root['Contents'] ?? []) as readonly unknown[];
  const objects = contents.map((one) => listedObject(fieldsOf(one) ?? {}, isEscaped));
  const goesOn = textOf(root, 'IsTruncated');
  if (goesOn !== 'true' && goesOn !== 'false')
    throw new Error('its answer does not tell whether it goes on');
  const next = goesOn === 'true' ? textOf(root, 'NextContinuationToken') : undefined;
  if (goesOn === 'true' && !next) throw new Error('its answer goes on, and does not tell where');
  return { objects, next };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

/** Text of an element that occurs once. */
function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? withoutEntities(value) : undefined;
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  const reference = /&(?:(?:#x(?<hex>[\da-f]{1,6})|#(?<decimal>\d{1,7})|(?<name>\w+));)?/giu;
  return text.replaceAll(reference, (...match) => {
    const { hex, decimal, name } = match.at(-1) as Readonly<Record<string, string | undefined>>;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const character = name === undefined ? characterOf(code) : entities.get(name);
    if (character === undefined) throw new Error('its answer has an entity that is none of XML');
    return character;
  });
}

function characterOf(code: number): string | undefined {
  const isCharacter = code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

function listedObject(fields: Fields, isEscaped: boolean): ListedObject {
  const written = textOf(fields, 'Key');
  const key = written === undefined || !isEscaped ? written : unescaped(written);
  if (!key || key.length > maxKeyLength) throw new Error('its answer has an object without a key');
  const size = textOf(fields, 'Size') ?? '';
  const bytes = /^\d{1,15}$/u.test(size) ? Number(size) : -1;
  if (bytes < 0) throw new Error('its answer has an object without a size');
  return { key, bytes, version: versionOf(fields) };
}

/** `+` is a space, as in forms. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Error('its answer has a key whose escapes are wrong');
  }
}

function versionOf(fields: Fields): string {
  // Some servers list them without the quotes that their answers to readings have.
  const etag = textOf(fields, 'ETag')?.replaceAll('"', '') ?? '';
  if (etag !== '') return `"${etag}"`;
  const changed = new Date(textOf(fields, 'LastModified') ?? '');
  if (Number.isNaN(changed.getTime()))
    throw new Error('its answer has an object without a version');
  return `modified ${changed.toUTCString()}`;
}
