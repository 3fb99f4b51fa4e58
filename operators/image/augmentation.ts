import { eitherOf, shownName } from '../message-words.ts';
import { nearestWord } from '../nearest-word.ts';
import type { AugmentationChanges } from './augmentation-changes.ts';
import {
  readRecipeKey,
  type RecipeKeyName,
  recipeKeyNames,
  writeRecipeKey,
} from './recipe-keys.ts';
import { type PresetName, presetNames, presetSteps } from './recipe-presets.ts';
import { type RecipeSteps, type StepName, usualSteps } from './recipe-steps.ts';

/** Augmentation as an object: a preset, and what is changed of it. */
export type Augmentation = { readonly preset: PresetName } & AugmentationChanges;

/**
 * Reads an augmentation: text becomes an object; of an object the fields are checked, not yet their ranges.
 *
 * @throws {RangeError} Naming what is wrong, with the form that it has and the nearest word.
 */
export function readAugmentation(given: unknown): Augmentation {
  if (typeof given === 'string') return readText(given);
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return checkedObject({ ...given });
  }
  throw new RangeError(
    `Expected \`augmentation\` to be a preset with parameters, such as ${textExample}, got \`${JSON.stringify(given)}\``,
  );
}

const textExample = '`paper,blur=0.1-2@0.5`';

function readText(text: string): Augmentation {
  const [name = '', ...pieces] = text.split(',').map((piece) => piece.trim());
  const preset = presetNamed(name);
  const changes = pieces.map(splitPiece);
  checkTwice(changes.map(([key]) => key));
  checkRatio(preset, new Map(changes));
  const each = changes.map(([key, value]) => readRecipeKey(key, value));
  return { preset, ...each.reduce(bothChanges, {}) };
}

function splitPiece(piece: string): readonly [RecipeKeyName, string] {
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/u.exec(piece) ?? [];
  if (key === '') {
    throw new RangeError(
      `Expected each parameter of \`augmentation\` to be KEY=VALUE, such as \`blur=0.1-2@0.5\`, got ${shownName(piece)}`,
    );
  }
  return [keyNamed(key), value];
}

function presetNamed(name: unknown): PresetName {
  const found = presetNames.find((preset) => preset === name);
  if (found !== undefined) return found;
  const choices = eitherOf(presetNames.map((preset) => `\`${preset}\``));
  const hint = hintOf(String(name), presetNames);
  throw new RangeError(
    `Expected the preset of \`augmentation\` to be ${choices}, before any parameter as in ${textExample}, got ${shownName(String(name))}${hint}`,
  );
}

function keyNamed(key: string): RecipeKeyName {
  refuseMixing(key);
  const found = recipeKeyNames.find((one) => one === key);
  if (found !== undefined) return found;
  throw unknownKey(key, recipeKeyNames);
}

function unknownKey(key: string, keys: readonly string[]): RangeError {
  const hint = hintOf(key, keys) || `; it has ${keys.join(', ')}`;
  return new RangeError(`\`augmentation\` has no ${shownName(key)}${hint}`);
}

function hintOf(typed: string, words: readonly string[]): string {
  const meant = nearestWord(typed, words);
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}

/** A view is of one image. @throws {RangeError} When images are to be mixed. */
function refuseMixing(key: string): void {
  if (key !== 'mixup' && key !== 'cutmix') return;
  throw new RangeError(
    `\`augmentation\` has no \`${key}\`, because no loss of \`train\` takes labels that are mixed. ` +
      'In a stream of your own the stage `mixViews` of `sincere-embeddings/operators` does it, between `augmentViews` ' +
      'and `packBatch`',
  );
}

/** @throws {RangeError} When a key is given twice. */
function checkTwice(keys: readonly string[]): void {
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice === undefined) return;
  throw new RangeError(`Expected \`${twice}\` of \`augmentation\` once, got it twice`);
}

/** @throws {RangeError} When there is a ratio and no crop that it could be of. */
function checkRatio(preset: PresetName, changes: ReadonlyMap<RecipeKeyName, string>): void {
  if (!changes.has('ratio')) return;
  const scale = changes.get('scale');
  if (scale !== 'off' && (scale !== undefined || presetSteps[preset].crop !== null)) return;
  throw new RangeError(
    'Expected `ratio` of `augmentation` to be absent where there is no crop; with `scale=0.2-1` there is one',
  );
}

function bothChanges(under: AugmentationChanges, over: AugmentationChanges): AugmentationChanges {
  const crop = over.crop === undefined ? under.crop : over.crop && { ...under.crop, ...over.crop };
  return { ...under, ...over, ...(crop === undefined ? {} : { crop }) };
}

const stepNames = Object.keys(usualSteps) as readonly StepName[];
const fieldNames = ['preset', 'flip', 'grayscale', 'mean', 'std', ...stepNames];

function checkedObject(given: Readonly<Record<string, unknown>>): Augmentation {
  for (const key of Object.keys(given)) {
    refuseMixing(key);
    if (!fieldNames.includes(key)) throw unknownKey(key, fieldNames);
  }
  for (const name of stepNames) checkParameters(name, given[name]);
  return { ...given, preset: presetNamed(given['preset']) };
}

function checkParameters(name: StepName, given: unknown): void {
  if (given === undefined || given === null) return;
  const fields = Object.keys(usualSteps[name]);
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new RangeError(
      `Expected \`${name}\` of \`augmentation\` to be an object with some of ${fields.join(', ')}, or null to switch it off, got \`${JSON.stringify(given)}\``,
    );
  }
  const unknown = Object.keys(given).find((key) => !fields.includes(key));
  if (unknown !== undefined)
    throw unknownKey(
      `${name}.${unknown}`,
      fields.map((one) => `${name}.${one}`),
    );
}

/** Steps of the preset with the changes: what it lacks itself takes its usual parameters. */
export function augmentedSteps({ preset, ...changes }: Augmentation): RecipeSteps {
  const own: RecipeSteps = presetSteps[preset];
  const { crop, jitter, blur, solarize, randAugment, local } = usualSteps;
  return {
    crop: changed(crop, own.crop, changes.crop),
    flip: changes.flip ?? own.flip,
    jitter: changed(jitter, own.jitter, changes.jitter),
    grayscale: changes.grayscale ?? own.grayscale,
    // Absent where they are off, so that runs from before they were there go on.
    ...present({
      blur: changed(blur, own.blur, changes.blur),
      solarize: changed(solarize, own.solarize, changes.solarize),
      randAugment: changed(randAugment, own.randAugment, changes.randAugment),
      local: changed(local, own.local, changes.local),
    }),
  };
}

function changed<T extends object>(
  usual: T,
  own: T | null | undefined,
  change: Partial<T> | null | undefined,
): T | null {
  if (change === undefined) return own ?? null;
  return change === null ? null : { ...usual, ...own, ...change };
}

type LaterSteps = Pick<RecipeSteps, 'blur' | 'solarize' | 'randAugment' | 'local'>;

function present(steps: {
  readonly [Name in keyof LaterSteps]: LaterSteps[Name] | null;
}): LaterSteps {
  return Object.fromEntries(Object.entries(steps).filter(([, step]) => step !== null));
}

/** Name of a recipe: its preset, with what differs from it, such as `paper,blur=0.1-2@0.5`. */
export function recipeName(preset: PresetName, steps: RecipeSteps): string {
  const own = presetSteps[preset];
  const differing = recipeKeyNames.flatMap((key) => {
    const value = writeRecipeKey(key, steps);
    // Without a crop there is no ratio to speak of.
    if (value === writeRecipeKey(key, own) || (key === 'ratio' && steps.crop === null)) return [];
    return [`${key}=${value}`];
  });
  return [preset, ...differing].join();
}
