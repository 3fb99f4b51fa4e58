import { isObject, jsonDifferences, type JsonObject } from '../../operators/files/json.ts';

/** A run as two of them are compared: its configuration, and the options that made it, where they are known. */
export interface ComparedRun {
  readonly config: JsonObject;
  readonly options: JsonObject | undefined;
}

/** Differences of two runs in words, and the options that they name, each in backticks. */
export interface RunDifferences {
  readonly texts: readonly string[];
  readonly options: readonly string[];
}

/**
 * Differences of two configurations, told by the options behind them, which are what a person has typed. What no option
 * explains, such as other images in the same folder, is told by its field.
 *
 * @param optionsOf Options behind a field of the configuration; the one of its name when it is not there.
 */
export function runDifferences(
  before: ComparedRun,
  now: ComparedRun,
  optionsOf: Readonly<Record<string, readonly string[]>>,
): RunDifferences {
  const texts = new Set<string>();
  const options = new Set<string>();
  for (const field of new Set([...Object.keys(before.config), ...Object.keys(now.config)])) {
    const ofField = jsonDifferences(before.config[field], now.config[field], field);
    if (ofField.length === 0) continue;
    const behind = optionsOf[field] ?? [field];
    const changed = behind.filter((name) => optionDifference(before, now, name).length > 0);
    for (const name of changed) options.add(name);
    const byOption = changed.flatMap((name) => optionDifference(before, now, name));
    for (const text of byOption.length > 0 ? byOption : ofField) texts.add(text);
  }
  return { texts: [...texts], options: [...options] };
}

/** Empty when an option is the same, or not known of both. */
function optionDifference(before: ComparedRun, now: ComparedRun, name: string): readonly string[] {
  const isKnown = isObject(before.options) && isObject(now.options);
  return isKnown ? jsonDifferences(before.options[name], now.options[name], name) : [];
}

/** Tests whether the options behind a field are known of both runs and the same. */
export function haveSameOptions(
  before: ComparedRun,
  now: ComparedRun,
  names: readonly string[],
): boolean {
  return (
    before.options !== undefined &&
    now.options !== undefined &&
    names.every((name) => optionDifference(before, now, name).length === 0)
  );
}
