import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../../../operators/files/json.ts';
import { losses } from '../../../operators/loss/losses.ts';
import { cutText } from '../../../operators/message-words.ts';
import type { SavedConfig } from '../../run/saved-config.ts';

const documented: Readonly<Record<string, { readonly doc: string }>> = losses;

/** Longest name of a loss of others. */
const longestName = 60;

/** Name of a loss as people write it, such as `SupCon`; of one that is not known as the file has it. */
export function shownLoss(name: string): string {
  if (!Object.hasOwn(documented, name)) return cutText(name, longestName);
  // A line of the list begins with it.
  return documented[name]!.doc.split(':')[0]!;
}

/** Choices that do not make another way of training: repeats of a run differ in them. */
const ofRepeats: ReadonlySet<string> = new Set([
  'seed',
  'engine',
  'device',
  'dataLocation',
  'classes',
]);

/** Most choices that a name tells. */
const mostTold = 2;

/**
 * Names of what runs trained, in their order: the loss, with the choices in which it differs from others of the loss, such as
 * `SINCERE, temperature 0.05`. Runs that differ only by their seed have the same name.
 */
export function encoderLabels(
  runs: readonly { readonly name: string; readonly saved: Pick<SavedConfig, 'config'> }[],
): readonly string[] {
  const all = runs.map(({ name, saved: { config } }) => {
    const choices = choicesOf(config);
    return { name, loss: lossOf(config), choices, key: canonicalJson(Object.fromEntries(choices)) };
  });
  const labels = all.map((one) => {
    const others = all.filter(({ loss, key }) => loss === one.loss && key !== one.key);
    const told = [...one.choices].flatMap(([path, value]) => {
      const isOwn = others.some(({ choices }) => choices.get(path) !== value);
      return isOwn && isShort(value) ? [`${words(path)} ${value}`] : [];
    });
    return [one.loss, ...told.slice(0, mostTold)].join(', ');
  });
  return labels.map((label, at) => {
    const isShared = labels.some((other, of) => other === label && all[of]!.key !== all[at]!.key);
    return isShared ? `${label} (${all[at]!.name})` : label;
  });
}

function lossOf(config: JsonObject): string {
  if (config['steps'] === 0) return 'untrained';
  const loss = config['loss'];
  const name = isObject(loss) ? loss['name'] : undefined;
  return typeof name === 'string' ? shownLoss(name) : 'no loss';
}

/** Every choice that is a single value, by its path, such as `loss.temperature`. */
function choicesOf(config: JsonObject): ReadonlyMap<string, string> {
  const choices = new Map<string, string>();
  const add = (path: string, value: Json | undefined): void => {
    if (isObject(value)) {
      for (const [key, inner] of Object.entries(value)) add(`${path}.${key}`, inner);
    } else if (value !== undefined) {
      choices.set(path, typeof value === 'string' ? value : canonicalJson(value));
    }
  };
  for (const [key, value] of Object.entries(config)) {
    // Of one that is not trained its loss and rates say nothing.
    if (config['steps'] === 0 && key !== 'encoder' && key !== 'data') continue;
    if (!ofRepeats.has(key)) add(key, value);
  }
  return choices;
}

/** Hashes and lists tell a person nothing. */
function isShort(value: string): boolean {
  return value !== 'null' && value.length <= 24 && !/^[[{]/u.test(value);
}

/** `recipe.crop.minScale` as `min scale`. */
function words(path: string): string {
  const leaf = path.slice(path.lastIndexOf('.') + 1);
  return cutText(
    leaf.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`),
    24,
  );
}
