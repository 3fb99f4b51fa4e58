import { PipelineError } from '../../operators/errors.ts';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import { shownName, shownNames } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import { splitKind, usualSplit } from './split-names.ts';

/** Split that is the whole of a location, for a folder whose classes are called as splits are. */
export const wholeFolder = '.';

/** A choice of a split that cannot be followed. */
export interface SplitChoice {
  /** The location as messages call it. */
  readonly location: string;
  readonly split: string;
  /** What a split is there, such as `folder`. */
  readonly kind: string;
  /** All that could be meant. */
  readonly names: readonly string[];
}

/** The error of a split that is not there, with the one that was most likely meant. */
export function withoutSplit({ location, split, kind, names }: SplitChoice): PipelineError {
  const splits = names.filter((name) => splitKind(name) !== undefined);
  const meant = meantSplit(split, names);
  const choose = `Choose one of ${shownNames(splits)} with \`split\``;
  const wayOut =
    meant !== undefined
      ? `Did you mean \`split: ${meant}\`?`
      : splits.length > 0
        ? choose
        : `Leave out \`split\`: it holds ${names.length === 0 ? `no ${kind}s` : shownNames(names)}`;
  return new PipelineError(
    'ERR_DATASET',
    `\`${location}\` has no ${kind} \`${split}\`. ${wayOut}`,
    {
      path: absoluteLocation(location),
      options: ['split'],
    },
  );
}

/** The split that one which is not there most likely means: of that name but for case, of its purpose, or near. */
export function meantSplit(split: string, names: readonly string[]): string | undefined {
  const lower = split.toLowerCase();
  const kind = splitKind(split);
  const ofKind = names.filter((name) => kind !== undefined && splitKind(name) === kind);
  return (
    names.find((name) => name.toLowerCase() === lower) ??
    (ofKind.length === 1 ? ofKind[0] : undefined) ??
    nearestWord(
      split,
      names.filter((name) => splitKind(name) !== undefined || kind === undefined),
    )
  );
}

/**
 * The error of a location that holds splits where none was chosen.
 *
 * @param splits One or more.
 * @param whole When `wholeFolder` is what was meant. @default if they are classes
 */
export function withSplits(
  location: string,
  splits: readonly string[],
  whole: string = splits.length === 1 ? 'if it is a class' : 'if they are classes',
): PipelineError {
  const [first] = splits;
  const usual = usualSplit(splits);
  const which =
    splits.length === 1
      ? `the split ${shownName(first!)}. Choose it with \`split: ${usual}\``
      : `the splits ${shownNames(splits)}. Choose one, such as \`split: ${usual}\``;
  return new PipelineError(
    'ERR_DATASET',
    `\`${location}\` holds ${which}; ${whole}, give \`split: ${wholeFolder}\``,
    { path: absoluteLocation(location), options: ['split'] },
  );
}
