import { PipelineError } from '../../operators/errors.ts';
import type { ImageAttribute } from '../../operators/evaluation/scores/image-attribute.ts';
import type { EmbeddingLayer } from '../../operators/evaluation/vectors/unit-vectors.ts';
import { withoutIds } from './excluded-rows.ts';
import { joinedAttribute } from './joined-attribute.ts';
import { listedIds } from './listed-ids.ts';
import { openSet } from './open-set.ts';
import type { SetScope } from './set-options.ts';
import type { OpenedSet } from './opened-set.ts';
import { noteOtherPrecision, notePreparedOtherwise } from './prepared-otherwise.ts';
import { refuseOtherModel } from './refuse-other-model.ts';
import type { TellNote } from './run-event.ts';
import { isSameSet } from './same-set.ts';

/** Both sides of an evaluation, their rows compared as one layer. */
export interface OpenedSides {
  readonly train: OpenedSet;
  readonly test: OpenedSet;
  readonly layer: EmbeddingLayer;
  /** Both sides are one set: no image is its own neighbour. */
  readonly leaveOneOut: boolean;
  /** Attribute of the test images; undefined when none was asked for. */
  readonly by: ImageAttribute | undefined;
}

/** Locations of both sides, and the layer that was asked for; null: that which their rows are. */
export interface SideLocations {
  readonly train: string;
  readonly test: string;
  readonly layer: EmbeddingLayer | null;
  /** Column of the attribute of test images. @default none */
  readonly by?: string | null | undefined;
  /** Location of a table with ids of rows to leave out, of one side; of both where they are one set. @default none */
  readonly exclude?: string | null | undefined;
  /** Side whose rows are left out. @default 'test' */
  readonly excludeFrom?: 'train' | 'test' | undefined;
  /** Location of a table with that column. @default it is one of the test vectors */
  readonly attributes?: string | null | undefined;
}

/**
 * Opens the two sides of an evaluation and tells what differs between them beside their images.
 *
 * @throws {PipelineError} `ERR_CONFIG` when their vectors cannot be compared; what `openSet` throws.
 */
export async function openSides(
  { train: ofTrain, test: ofTest, layer: asked, by = null, ...rest }: SideLocations,
  scope: SetScope,
  note: TellNote,
): Promise<OpenedSides> {
  const { attributes = null, exclude = null, excludeFrom = 'test' } = rest;
  const ofTestOnly = { layer: asked, by: attributes === null ? by : null };
  const second = await openSet(ofTest, ofTestOnly, scope, note);
  // A file of gigabytes is not read twice.
  const first = ofTest === ofTrain ? second : await openSet(ofTrain, { layer: asked }, scope, note);
  const whole = onOneLayer(first, second, asked);
  const leaveOneOut = first === second || (await isSameSet(whole.train, whole.test));
  if (!leaveOneOut) refuseOtherModel(whole.train, whole.test, note);
  notePreparedOtherwise(whole.train, whole.test, note);
  noteOtherPrecision(whole.train, whole.test, note);
  const sides =
    exclude === null
      ? whole
      : await withoutListed(whole, { exclude, excludeFrom, leaveOneOut }, scope, note);
  if (by === null) return { ...sides, leaveOneOut, by: undefined };
  const { test } = sides;
  const attribute =
    attributes === null
      ? ownAttribute(test, by)
      : await joinedAttribute(test, { attributes, by }, scope, note);
  return { ...sides, leaveOneOut, by: attribute };
}

/** The sides without the rows of a list on one of them, and on the other where both are one set. */
async function withoutListed(
  sides: Omit<OpenedSides, 'leaveOneOut' | 'by'>,
  { exclude, excludeFrom, leaveOneOut }: ListedRows,
  { signal }: SetScope,
  note: TellNote,
): Promise<Omit<OpenedSides, 'leaveOneOut' | 'by'>> {
  const ids = await listedIds(exclude, signal, note);
  const side = withoutIds(sides[excludeFrom], ids, note);
  const other = excludeFrom === 'test' ? 'train' : 'test';
  // What is left out of one set is told once.
  const rest = leaveOneOut ? withoutIds(sides[other], ids, () => {}) : sides[other];
  return { ...sides, [excludeFrom]: side, [other]: rest };
}

interface ListedRows {
  readonly exclude: string;
  readonly excludeFrom: 'train' | 'test';
  readonly leaveOneOut: boolean;
}

/**
 * Both sides as one layer: that which was asked for, else `projection` where the rows of both have length 1, else
 * `embedding`, by which all are compared by cosine similarity. Beside a file an export gives its layer of that length.
 */
function onOneLayer(
  train: OpenedSet,
  test: OpenedSet,
  asked: EmbeddingLayer | null,
): Omit<OpenedSides, 'leaveOneOut' | 'by'> {
  const isUnit = [train, test].every((side) => side.layer === 'projection');
  const layer = asked ?? (isUnit ? 'projection' : 'embedding');
  const beside = (side: OpenedSet, other: OpenedSet): OpenedSet =>
    asked === null && side.file === null && other.file !== null
      ? layerOfLength(side, layer, other.dim)
      : side;
  const sides = { train: beside(train, test), test: beside(test, train) };
  return { train: { ...sides.train, layer }, test: { ...sides.test, layer }, layer };
}

/** The layer of an export whose rows are as long as those of a file, that of a name before the other; else as it is. */
function layerOfLength(set: OpenedSet, layer: EmbeddingLayer, dim: number): OpenedSet {
  const other: EmbeddingLayer = layer === 'projection' ? 'embedding' : 'projection';
  const fitting = [layer, other].find((one) => set.sizes[one] === dim);
  return fitting === undefined ? set : set.on(fitting);
}

function ownAttribute(test: OpenedSet, by: string): ImageAttribute {
  if (test.attribute !== null) return test.attribute;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${test.name}\` is an export, which has no column \`${by}\`. Give a table that has it beside the ids as \`attributes\`.`,
    { path: test.name, options: ['attributes'] },
  );
}
