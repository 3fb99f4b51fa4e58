import { Binary, Field, Int32, Int64, Schema, Utf8 } from 'apache-arrow';
import type { ClassType } from '../arrow/arrow-columns.ts';

/** Columns of a part of a prepared dataset. */
export function preparedSchema(labels: ClassType): Schema {
  return new Schema([
    /** Id of the sample in its dataset. */
    new Field('id', new Utf8(), false),
    /** Class name; null when unknown. */
    new Field('label', labels, true),
    /** The image as a file: PPM (`P6`), JPEG or PNG. */
    new Field('image', new Binary(), false),
    /** Of the stored image, in pixels. */
    new Field('width', new Int32(), false),
    new Field('height', new Int32(), false),
    /** SHA-256 (hex) of the file that it was made of, as `sha256sum` prints it, and its size in bytes. */
    new Field('sha256', new Utf8(), false),
    new Field('source_bytes', new Int64(), false),
  ]);
}

/**
 * Place of the bytes of `image` among the buffers of a record batch: behind validity, offsets and text of `id`, validity
 * and places of `label`, and its own validity and offsets.
 */
export const imageBuffer: number = 3 + 2 + 2;
