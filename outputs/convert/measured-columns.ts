import { DataType, type Field, type RecordBatch, type Vector } from 'apache-arrow';
import type { ArrowSource } from './arrow-source.ts';
import { cellText, hasText } from './cell-text.ts';
import { numberType } from './npy-number.ts';

/** What must be known of a column before its array is laid out. */
export interface MeasuredColumn {
  /** Nulls; of vectors also the numbers in them that are null. */
  readonly nulls: number;
  /** Of the longest text, in Unicode characters. */
  readonly characters: number;
  /** Of all texts together, in UTF-8. */
  readonly textBytes: number;
  /** Whether a text ends in U+0000, which an array of text drops. */
  readonly endsInZero: boolean;
}

/** Measures the columns of a source; one batch in memory at a time. */
export async function measuredColumns(
  source: ArrowSource,
  signal?: AbortSignal,
): Promise<readonly MeasuredColumn[]> {
  const { fields } = source.schema;
  const measures = fields.map(() => ({ nulls: 0, characters: 0, textBytes: 0, endsInZero: false }));
  for await (const batch of source.read()) {
    signal?.throwIfAborted();
    for (const [at, field] of fields.entries()) measure(measures[at]!, field, batch, at);
  }
  return measures;
}

type Measure = { -readonly [K in keyof MeasuredColumn]: MeasuredColumn[K] };

function measure(of: Measure, { type }: Field, batch: RecordBatch, at: number): void {
  const column = batch.getChildAt(at);
  if (column === null) return;
  of.nulls += column.nullCount + (isVectorOfNumbers(type) ? nullsInside(column) : 0);
  const isText = numberType(type) === undefined && !DataType.isBool(type) && hasText(type);
  if (isText && !isVectorOfNumbers(type)) measureTexts(of, column);
}

function isVectorOfNumbers(type: DataType): boolean {
  return DataType.isFixedSizeList(type) && numberType(type.children[0]!.type) !== undefined;
}

function nullsInside(column: Vector): number {
  return column.data.reduce((sum, data) => sum + data.children[0]!.nullCount, 0);
}

function measureTexts(of: Measure, column: Vector): void {
  for (let row = 0; row < column.length; row += 1) {
    const text = cellText(column, row);
    of.characters = Math.max(of.characters, charactersOf(text));
    of.textBytes += Buffer.byteLength(text);
    of.endsInZero ||= text.endsWith('\u0000');
  }
}

function charactersOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}
