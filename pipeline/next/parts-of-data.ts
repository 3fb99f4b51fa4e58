import fs from 'node:fs/promises';
import { splitKind } from '../../datasets/records/split-names.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import type { DataOptions } from '../options/data-options.ts';
import type { SeedOption } from '../options/seed-option.ts';
import type { ValidationOptions } from '../options/validation-options.ts';
import type { Resolved } from '../options/verb.ts';

/** Options that choose images. */
type Choice = Resolved<DataOptions & SeedOption> & { readonly data: string };

/** Options that choose the images of a run, and those that it is not trained on. */
export type RunChoice = Choice & Resolved<Pick<ValidationOptions, 'validate'>>;

/** Some of the images, as `embed` is asked for them. */
export type PartOfData = { readonly data: string } & Partial<Choice>;

/** The images that a run is trained on. */
export function trainedPart(options: RunChoice): PartOfData {
  const { validate } = options;
  return chosen(typeof validate === 'number' ? { ...options, ...heldOutBy(validate) } : options);
}

/** The images that a run is not trained on: validated, held out, or of another split; undefined where there are none. */
export async function untrainedPart(options: RunChoice): Promise<PartOfData | undefined> {
  const { validate } = options;
  if (typeof validate === 'string') return otherSplit(options, validate);
  return typeof validate === 'number'
    ? chosen({ ...options, ...heldOutBy(validate), heldOut: true })
    : await otherPart(options);
}

/** The images of the same data that these options leave for something else; undefined where none are known. */
export async function otherPart(options: Choice): Promise<PartOfData | undefined> {
  if (options.holdOut !== null) return chosen({ ...options, heldOut: !options.heldOut });
  const split = await splitBeside(options);
  return split === undefined ? undefined : otherSplit(options, split);
}

/** A name for the folder of their vectors. */
export function nameOfPart({ split, heldOut }: PartOfData): string {
  if (heldOut === true) return 'held-out';
  return split === undefined || split === null || split === '.' ? 'train' : split;
}

function heldOutBy(validate: number): Pick<Choice, 'holdOut' | 'heldOut'> {
  return { holdOut: validate, heldOut: false };
}

/** In the order in which a person would write them. */
function chosen(options: Choice): PartOfData {
  const { data, split, holdOut, heldOut, limit, seed } = options;
  const { classes, excludeClasses, exclude, minPerClass } = options;
  const { columns, imageRoot, cacheDir, cacheGb } = options;
  const isDrawn = holdOut !== null || limit !== null;
  const draws = { holdOut, heldOut, limit, ...(isDrawn ? { seed } : {}) };
  const some = { classes, excludeClasses, minPerClass, exclude };
  return { data, split, ...draws, ...some, columns, imageRoot, cacheDir, cacheGb };
}

/** What is listed of one split, and how many images a class must have there, says nothing of another. */
function otherSplit(options: Choice, split: string): PartOfData {
  const all = { holdOut: null, heldOut: false, exclude: null, minPerClass: null };
  return chosen({ ...options, ...all, split });
}

/** Maximum names of a folder that are looked at. */
const mostNames = 10_000;

/** Another split in the folder of one, those with test images first. */
async function splitBeside({ data, split }: Choice): Promise<string | undefined> {
  if (split === null || split === '.') return undefined;
  if (data.startsWith('synthetic:')) return split === 'train' ? 'test' : 'train';
  if (schemeOf(data) !== null) return undefined;
  const names: string[] = [];
  // A hint: what cannot be listed is not hinted at.
  const folder = await fs.opendir(data).catch(() => undefined);
  for await (const entry of folder ?? []) {
    if (entry.isDirectory()) names.push(entry.name);
    if (names.length === mostNames) break;
  }
  const others = names.sort().filter((name) => name !== split);
  const ofKind = (kind: string): string | undefined =>
    others.find((name) => splitKind(name) === kind);
  return ofKind('test') ?? ofKind('validation') ?? ofKind('train');
}
