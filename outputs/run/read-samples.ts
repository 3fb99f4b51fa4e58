import path from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import type { LabelHistory } from '../../operators/curation/suspects/label-history.ts';
import { openArrowStream } from '../arrow/read-arrow-stream.ts';
import { samplesFields, samplesName } from './samples-columns.ts';

/** What a run recorded of its images. */
export interface SampleHistory extends LabelHistory {
  readonly path: string;
  readonly records: number;
  /** Epochs of which there are records. */
  readonly epochs: number;
}

/**
 * Adds up the `samples.arrows` of a run, which may be open for appending; images in the order in which they come first.
 * Memory grows with the images, not with the records.
 *
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when it is damaged or has other columns.
 */
export async function readSamples(folder: string): Promise<SampleHistory> {
  const file = path.join(folder, samplesName);
  const reader = await openArrowStream(file);
  try {
    checkColumns(
      file,
      reader.schema.fields.map((field) => `${field.name} ${field.type}`),
    );
    const history = historySums();
    for await (const batch of reader.read()) history.add(batch);
    return { path: file, ...history.finish() };
  } finally {
    await reader.close();
  }
}

function checkColumns(file: string, there: readonly string[]): void {
  const expected = samplesFields.map(({ name, type }) => `${name} ${type}`);
  if (expected.every((column, at) => there[at] === column)) return;
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected \`${file}\` to have the columns ${expected.join(', ')}, got ${there.join(', ')}.`,
    { path: file },
  );
}

/** Sums of one image. */
interface ImageSums {
  readonly label: number;
  compared: number;
  measured: number;
  own: number;
  other: number;
  loss: number;
  ownNearest: number;
  readonly others: Map<number, number>;
  readonly nearer: Map<number, number>;
}

function historySums() {
  const images = new Map<string, ImageSums>();
  const labels = new Map<string, number>();
  const epochs = new Set<number>();
  let records = 0;
  const labelOf = (name: string | null): number => {
    if (name === null) return -1;
    if (!labels.has(name)) labels.set(name, labels.size);
    return labels.get(name)!;
  };
  const imageOf = (id: string, name: string | null): ImageSums => {
    const known = images.get(id);
    if (known !== undefined) return known;
    const zeros = { compared: 0, measured: 0, own: 0, other: 0, loss: 0, ownNearest: 0 };
    const image = { label: labelOf(name), ...zeros, others: new Map(), nearer: new Map() };
    images.set(id, image);
    return image;
  };
  return {
    add(batch: RecordBatch): void {
      // The types are those of `samplesFields`.
      const number = (column: string) => (row: number) =>
        batch.getChild(column)!.get(row) as number | null;
      const text = (column: string) => (row: number) =>
        batch.getChild(column)!.get(row) as string | null;
      const [epoch, id, name] = [number('epoch'), text('id'), text('class')];
      const own = number('own_similarity');
      const other = number('other_similarity');
      const [otherName, loss] = [text('other_class'), number('loss')];
      for (let row = 0; row < batch.numRows; row += 1) {
        const image = imageOf(id(row)!, name(row));
        addLoss(image, loss(row));
        addMargin(image, own(row), other(row), labelOf(otherName(row)));
        epochs.add(epoch(row)!);
        records += 1;
      }
    },
    finish(): Omit<SampleHistory, 'path'> {
      const sums = [...images.values()];
      return {
        records,
        epochs: epochs.size,
        classes: [...labels.keys()],
        ids: [...images.keys()],
        labels: Int32Array.from(sums, ({ label }) => label),
        compared: Int32Array.from(sums, ({ compared }) => compared),
        measured: Int32Array.from(sums, ({ measured }) => measured),
        ownSimilarity: Float64Array.from(sums, ({ own }) => own),
        otherSimilarity: Float64Array.from(sums, ({ other }) => other),
        loss: Float64Array.from(sums, ({ loss }) => loss),
        ownNearest: Int32Array.from(sums, ({ ownNearest }) => ownNearest),
        others: sums.map(({ others }) => others),
        nearer: sums.map(({ nearer }) => nearer),
      };
    },
  };
}

function addLoss(image: ImageSums, loss: number | null): void {
  if (loss === null) return;
  image.loss += loss;
  image.measured += 1;
}

function addMargin(
  image: ImageSums,
  own: number | null,
  other: number | null,
  otherLabel: number,
): void {
  if (own === null || other === null) return;
  image.own += own;
  image.other += other;
  image.compared += 1;
  count(image.others, otherLabel);
  if (own >= other) image.ownNearest += 1;
  else count(image.nearer, otherLabel);
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
