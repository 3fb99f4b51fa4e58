import path from 'node:path';
import { type EmbedOptions, embedVerb } from '../options/embed-options.ts';
import { evaluateVerb } from '../options/evaluate-options.ts';
import { selectVerb } from '../options/select-options.ts';
import type { Resolved } from '../options/verb.ts';
import { beside } from './beside.ts';
import { exportIn, exportsBeside, type FoundExport, isOfTraining } from './exports-beside.ts';
import { type NextStep, nextStep, type NextSteps } from './next-step.ts';
import { nameOfPart, otherPart } from './parts-of-data.ts';
import { duplicatesStep, type GivenSet, suspectsStep } from './steps-of-sets.ts';

/** A set that is measured, and the one that it is compared with. */
interface Pair {
  readonly train: FoundExport;
  readonly test: FoundExport;
}

/**
 * Steps after a finished export: measure it, with the other export of its model beside it where there is one.
 *
 * @param options That it was made with, where they are known.
 */
export async function afterExport(
  folder: string,
  options?: Resolved<EmbedOptions>,
): Promise<NextSteps> {
  const own = await exportIn(folder);
  if (own === undefined) return [];
  if (own.manifest.classes.length === 0) return withoutClasses(own);
  const pair = pairOf(own, await exportsBeside(own));
  if (pair === undefined && options !== undefined) {
    const other = await embedOther(options);
    if (other !== undefined) return [other, suspectsStep(setOf(own)), duplicatesStep(setOf(own))];
  }
  const { train, test } = pair ?? { train: own, test: own };
  return [
    evaluateStep(train, test),
    suspectsStep(setOf(train)),
    duplicatesStep(setOf(train), train === test ? undefined : test.folder),
  ];
}

/** The export with the likeliest other one beside it, in their parts. */
function pairOf(own: FoundExport, others: readonly FoundExport[]): Pair | undefined {
  const other = isOfTraining(own)
    ? others.find((one) => !isOfTraining(one))
    : (others.find(isOfTraining) ?? others[0]);
  if (other === undefined) return undefined;
  return isOfTraining(own) ? { train: own, test: other } : { train: other, test: own };
}

async function embedOther(options: Resolved<EmbedOptions>): Promise<NextStep | undefined> {
  const part = await otherPart(options);
  if (part === undefined) return undefined;
  const { model, checkpoint, weights, layer, precision, out } = options;
  const { data, ...which } = part;
  const name = nameOfPart(part);
  const folder = beside(out, name === path.basename(out) ? `${name}-other` : name);
  const how = { weights, layer, precision, out: folder };
  return nextStep('vectors of the other images', embedVerb, {
    data,
    model,
    checkpoint,
    ...which,
    ...how,
  });
}

function evaluateStep(train: FoundExport, test: FoundExport): NextStep | undefined {
  const about = train === test ? 'measure them, each left out in its turn' : 'measure them';
  const { set, layer } = setOf(test);
  return nextStep(about, evaluateVerb, {
    train: train.folder,
    test: set,
    layer,
    out: beside(test.folder, 'evaluation'),
  });
}

/** An export as other verbs are given it: of one without projections its layer has to be said. */
function setOf({ folder, manifest }: FoundExport): GivenSet {
  const isUnprojected = manifest.layers.projection === undefined;
  return { set: folder, ...(isUnprojected ? { layer: 'embedding' } : {}) };
}

/** Images to label first, of some without labels. */
const labelledFirst = 100;

function withoutClasses(own: FoundExport): NextSteps {
  const rows = own.manifest.parts.reduce((sum, part) => sum + part.rows, 0);
  const { set, layer } = setOf(own);
  return [
    duplicatesStep(setOf(own)),
    nextStep('a diverse subset, to label first', selectVerb, {
      set,
      count: Math.min(labelledFirst, rows),
      layer,
      out: beside(set, 'selection'),
    }),
  ];
}
