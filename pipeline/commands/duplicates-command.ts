import type {
  DuplicateGroup,
  NearDuplicates,
} from '../../operators/curation/duplicates/duplicates.ts';
import { andMore, counted, listedName, shownName } from '../../operators/message-words.ts';
import { duplicatesSummary } from '../../outputs/tables/duplicates-files.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { duplicates, type FoundDuplicates } from '../duplicates.ts';
import { type DuplicatesOptions, duplicatesVerb } from '../options/duplicates-options.ts';
import { afterDuplicates } from '../next/after-duplicates.ts';
import { isChained } from '../parts/tell-duplicates.ts';

/** `duplicates` on the command line. */
export const duplicatesCommand: Command<DuplicatesOptions, FoundDuplicates> = {
  verb: duplicatesVerb,
  run: duplicates,
  stopped: () => 'stopped; the duplicates are not complete',
  about: ({ out }) => ({ out }),
  lines: ({ duplicates: found, report }) => [
    ...ladderLines(found),
    '',
    ...groupLines(found),
    ...endLines(found),
    `written to ${report.path}`,
  ],
  next: ({ duplicates: found }, { options }) =>
    afterDuplicates({ groups: found.groups, chained: isChained(found) }, options),
  json: ({ duplicates: found }) => ({ ...duplicatesSummary(found) }),
};

/** What there is at the threshold, and what there would be at higher ones. */
function ladderLines({ ladder }: NearDuplicates): readonly string[] {
  const cells = ladder.map(({ threshold, pairs, groups, rows }) => [
    String(threshold),
    ...[pairs, groups, rows].map((count) => counted(count)),
  ]);
  return textTable([['similarity from', 'pairs', 'groups', 'images in them'], ...cells]);
}

/** Maximum groups that are printed, and images of each: more are in the files. */
const [mostGroups, mostImages] = [10, 4];

/** Groups to look at: those of several classes first, then the largest. */
function groupLines(found: NearDuplicates): readonly string[] {
  if (found.groups === 0) return [];
  const shown: DuplicateGroup[] = [];
  for (let at = 0; at < found.groups; at += 1) {
    shown.push(found.group(at));
    // Some at a time, so that millions of groups are not held.
    if (shown.length > 1000) shown.sort(byTrouble).splice(mostGroups);
  }
  const cells = shown.sort(byTrouble).slice(0, mostGroups).map(groupCells);
  const rest = found.groups - cells.length;
  const more = rest === 0 ? [] : [`…${andMore(rest)}: see groups.arrow`];
  return [...textTable([['images', 'weakest link', 'classes', ''], ...cells]), ...more, ''];
}

function byTrouble(a: DuplicateGroup, b: DuplicateGroup): number {
  const isMixed = ({ classes }: DuplicateGroup): number => Number(classes.length > 1);
  return isMixed(b) - isMixed(a) || b.members.length - a.members.length;
}

function groupCells({ members, weakestLink, classes }: DuplicateGroup): readonly string[] {
  const names = members.slice(0, mostImages).map(({ id }) => shownName(id));
  const images = `${names.join(', ')}${andMore(members.length - names.length)}`;
  const shownClasses = `${classes.slice(0, 3).map(listedName).join(', ')}${andMore(Math.max(0, classes.length - 3))}`;
  return [counted(members.length), weakestLink.toFixed(4), shownClasses || '–', images];
}

function endLines(found: NearDuplicates): readonly string[] {
  const { groups, mixedGroups, kinds, drops, between } = found;
  if (groups === 0) return [`no pair has a similarity of ${found.threshold} or more`];
  const copies = kinds.file + kinds.vector;
  return [
    ...(copies === 0
      ? []
      : [
          `copies: ${counted(copies, 'pair')}, ${counted(kinds.file)} the same file, ${counted(kinds.vector)} the same vector`,
        ]),
    ...(mixedGroups === 0
      ? []
      : [`${counted(mixedGroups, 'group has', 'groups have')} more than one class`]),
    between
      ? `leaks: ${counted(drops, 'image')} of the second set to drop (drop.arrow)`
      : `to drop: ${counted(drops, 'image')}, all but the first of each group (drop.arrow)`,
  ];
}
