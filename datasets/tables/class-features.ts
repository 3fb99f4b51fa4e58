import type { JsonObject } from '../../operators/files/json.ts';

/** What the schema of a table of Hugging Face says of its columns. */
export interface ColumnFeatures {
  /** Columns that it calls images, or lists of them. */
  readonly images: ReadonlySet<string>;
  /** Class names of the columns that it calls labels, or lists of them, by their numbers. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
}

/** Longest metadata that are looked at, in characters: 64 Mi. */
const longest = 2 ** 26;

/**
 * Features that Hugging Face's `datasets` writes into the schema: under the key `huggingface`, as JSON.
 *
 * @throws {Error} When they are there and damaged: numbers would stand for classes whose names are lost.
 * @see https://huggingface.co/docs/datasets/about_dataset_features
 */
export function columnFeatures(metadata: ReadonlyMap<string, string>): ColumnFeatures {
  const images = new Set<string>();
  const classNames = new Map<string, readonly string[]>();
  const text = metadata.get('huggingface');
  if (text === undefined) return { images, classNames };
  for (const [name, feature] of Object.entries(featuresIn(text))) {
    const own = elementOf(feature);
    if (own?.['_type'] === 'Image') images.add(name);
    if (own?.['_type'] === 'ClassLabel') {
      const names = namesOf(own);
      if (names !== undefined) classNames.set(name, names);
    }
  }
  return { images, classNames };
}

function featuresIn(text: string): JsonObject {
  if (text.length > longest) throw new Error('the features of its schema are too long');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error('the features of its schema (`huggingface`) are damaged', { cause: error });
  }
  const { info } = objectOf(parsed) ?? {};
  const features = objectOf(objectOf(info)?.['features']);
  return features ?? {};
}

/** The feature of a column, or of the elements of its lists, as versions of `datasets` write them. */
function elementOf(feature: unknown): JsonObject | undefined {
  if (Array.isArray(feature)) return objectOf(feature[0]);
  const own = objectOf(feature);
  const type = own?.['_type'];
  const isList = type === 'Sequence' || type === 'List' || type === 'LargeList';
  return isList ? objectOf(own?.['feature']) : own;
}

function namesOf(label: JsonObject): readonly string[] | undefined {
  const names: unknown = label['names'];
  if (!Array.isArray(names)) return undefined;
  if (names.every((one) => typeof one === 'string' && one !== '')) return names as string[];
  throw new Error('the class names of its schema are damaged');
}

function objectOf(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : undefined;
}
