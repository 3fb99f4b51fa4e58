import type { SuspectLabels } from '../../operators/curation/suspects/suspect-labels.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName, shownNames } from '../../operators/message-words.ts';
import { suspectTotals } from '../../outputs/tables/suspect-files.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

/** Both sides of a search for suspects. */
export interface SuspectSides {
  /** Rows that are judged. */
  readonly set: OpenedSet;
  /** Rows that vote. */
  readonly of: OpenedSet;
  /** Both are one set: no row votes for itself. */
  readonly leaveOneOut: boolean;
}

/** How labels come into a set. */
function labelWay({ file }: Pick<OpenedSet, 'file'>): string {
  return file === null
    ? 'Embed a folder with a sub-folder for each class, or a manifest with labels.'
    : 'Name its column of classes: `FILE?label=COLUMN`.';
}

function hasLabels({ labels }: Pick<VectorSet, 'labels'>): boolean {
  return labels.some((label) => label >= 0);
}

/**
 * Refuses sets of which no row can vote.
 *
 * @throws {PipelineError} `ERR_FORMAT` when no row that votes has a class.
 */
export function refuseWithoutVoters({ set, of, leaveOneOut }: SuspectSides): void {
  if (hasLabels(of)) return;
  const [text, options] =
    leaveOneOut || !hasLabels(set)
      ? [`There is no label to check: no row of \`${set.name}\` has a class`, ['set']]
      : [
          `Nobody can vote about the labels of \`${set.name}\`: no row of \`${of.name}\` has a class`,
          ['of'],
        ];
  throw new PipelineError('ERR_FORMAT', `${text}. ${labelWay(of)}`, { path: of.name, options });
}

/** Tells what a person should know before reading suspects. */
export function tellSuspects(
  found: SuspectLabels,
  sides: SuspectSides,
  { sample, duplicate }: { readonly sample: number; readonly duplicate: number },
  note: TellNote,
): void {
  const { name } = sides.set;
  tellWithoutClass(found, sides, note);
  if (tellOneClass(found, sides, note)) return;
  const unvoted = unvotedClasses(found, sides);
  tellUnvoted(found, sides, unvoted, note);
  tellWeak(found, { name, unvoted }, note);
  tellDuplicates(found, { duplicate, name }, note);
  if (found.support.count <= found.k) {
    note(`\`k: ${found.k}\` is more than there are others with a class: all of them vote`, ['k']);
  }
  if (found.sampled) {
    note(
      `losses are against ${counted(sample, 'image')}, a sample by \`seed\`; the votes are of all`,
      ['sample', 'seed'],
    );
  }
}

function tellWithoutClass(found: SuspectLabels, { set }: SuspectSides, note: TellNote): void {
  const { rows, withoutClass } = suspectTotals(found);
  if (withoutClass === 0) return;
  note(
    withoutClass === rows
      ? `no row of \`${set.name}\` has a class: there is no label to check, and each row gets a suggestion alone. ${labelWay(set)}`
      : `${counted(withoutClass, 'row')} without a class in \`${set.name}\`: suggested, not ranked`,
  );
}

/** Rows of each class. */
function rowsOfClasses(labels: Int32Array, classes: number): Uint32Array {
  const rows = new Uint32Array(classes);
  for (const label of labels) if (label >= 0) rows[label]! += 1;
  return rows;
}

/** True when there is one class, of which no label can be mistaken. */
function tellOneClass(
  { classes, labels, support }: SuspectLabels,
  { set, of, leaveOneOut }: SuspectSides,
  note: TellNote,
): boolean {
  const used = [...new Set([...labels, ...support.labels])].filter((label) => label >= 0);
  if (used.length !== 1 || !labels.includes(used[0]!)) return false;
  const which = leaveOneOut ? `\`${set.name}\`` : `\`${set.name}\` and \`${of.name}\``;
  note(
    `all labels of ${which} are ${shownName(classes[used[0]!]!)}: with one class no label can be a suspect. ` +
      'Give a set that has several.',
  );
  return true;
}

/** `[classes]` 1 for a class of judged rows that nobody votes for. */
function unvotedClasses(
  { classes, labels, support }: SuspectLabels,
  { leaveOneOut }: SuspectSides,
): Uint8Array {
  const [given, voting] = [labels, support.labels].map((one) => rowsOfClasses(one, classes.length));
  const self = leaveOneOut ? 1 : 0;
  return Uint8Array.from(given!, (rows, label) => (rows > 0 && voting![label]! <= self ? 1 : 0));
}

function tellUnvoted(
  { classes, labels, suspect, support }: SuspectLabels,
  { set, of, leaveOneOut }: SuspectSides,
  unvoted: Uint8Array,
  note: TellNote,
): void {
  const names = classes.filter((_, label) => unvoted[label] === 1);
  if (names.length === 0) return;
  const rows = [...labels.keys()].filter((row) => unvoted[labels[row]!] === 1);
  const flagged = rows.filter((row) => suspect[row] === 1).length;
  const given = new Set(labels);
  const used = new Set(support.labels);
  const others = classes.filter((_, label) => used.has(label) && !given.has(label));
  const where = leaveOneOut
    ? `${names.length === 1 ? 'has one row' : 'have one row each'} in \`${set.name}\``
    : `${names.length === 1 ? 'is' : 'are'} in \`${set.name}\` alone, and not in \`${of.name}\`, whose rows vote` +
      (others.length === 0 ? '' : ` and which alone has ${shownNames(others)}`);
  note(
    `${shownNames(names)} ${where}: nobody votes for ${counted(rows.length, 'such label')}, of which ` +
      `${counted(flagged)} ${flagged === 1 ? 'is a suspect' : 'are suspects'} for that alone`,
  );
}

/** Labels that are wrong are few: where more are suspects, it is the vectors that cannot judge. */
const credibleShare = 1 / 3;

/**
 * Tells of more suspects than there can be wrong labels.
 *
 * @param unvoted `[classes]` 1 for a class that nobody votes for: its labels say nothing of the vectors. None when not given.
 */
export function tellWeak(
  { labels: given, suspect }: SuspectLabels,
  { name, unvoted }: { readonly name: string; readonly unvoted?: Uint8Array | undefined },
  note: TellNote,
): void {
  const voted = [...given.keys()].filter((row) => given[row]! >= 0 && unvoted?.[given[row]!] !== 1);
  const labels = voted.length;
  const flagged = voted.filter((row) => suspect[row] === 1).length;
  if (flagged <= credibleShare * labels) return;
  note(
    `${counted(flagged)} of ${counted(labels, 'label')} of \`${name}\` are suspects, more than a third: the vectors ` +
      'tell its classes apart too little to judge labels. Train the encoder longer, or compare another layer.',
    ['layer'],
  );
}

function tellDuplicates(
  found: SuspectLabels,
  { duplicate, name }: { readonly duplicate: number; readonly name: string },
  note: TellNote,
): void {
  const { rows, duplicates } = suspectTotals(found);
  if (duplicates === 0) return;
  const meaning =
    duplicates > rows / 2
      ? `they are most, so \`duplicate: ${duplicate}\` is no sign of one here. Raise it, or take vectors that tell classes apart`
      : 'one of the two labels is wrong, or the vectors do not tell the classes apart (`duplicate_id`)';
  note(
    `${counted(duplicates, 'image')} of \`${name}\` have a near-duplicate of another class: ${meaning}`,
    ['duplicate'],
  );
}
