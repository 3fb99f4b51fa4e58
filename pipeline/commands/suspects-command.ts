import { andMore, counted } from '../../operators/message-words.ts';
import { formatOf } from '../../outputs/files/wrong-folder.ts';
import { rankedRows, suspectTotals } from '../../outputs/tables/suspect-files.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type SuspectsOptions, suspectsVerb } from '../options/suspects-options.ts';
import { suspects, type Suspects } from '../suspects.ts';
import { afterFolder } from '../next/after-folder.ts';
import { duplicatesStep } from '../next/steps-of-sets.ts';

/** `suspects` on the command line. */
export const suspectsCommand: Command<SuspectsOptions, Suspects> = {
  verb: suspectsVerb,
  run: suspects,
  stopped: () => 'stopped; there are no complete suspects',
  about: ({ out }) => ({ out }),
  lines: (result) => [
    totalLine(result),
    ...imageLines(result),
    ...pairLines(result),
    `written to ${result.report.path}`,
  ],
  next: async (_result, { options }) => {
    const { out, set, layer } = options;
    const isOfVectors = (await formatOf(set)) !== 'sincere-run';
    return [...(await afterFolder(out)), isOfVectors ? duplicatesStep({ set, layer }) : undefined];
  },
  json: (result) => ({
    ...suspectTotals(result.found),
    pairs: namedPairs(result),
    first: firstImages(result),
  }),
};

/** Maximum images, and pairs of classes, of the tables: more are in the files. */
const [mostImages, mostPairs] = [20, 10];

function totalLine({ found }: Suspects): string {
  const { rows, withoutClass, suspects: flagged, estimated } = suspectTotals(found);
  if (withoutClass === rows) return `no label to check; ${counted(rows, 'row')} with a suggestion`;
  return (
    `${counted(flagged, 'suspect')} among ${counted(rows - withoutClass, 'label')}; ` +
    `about ${counted(Math.round(estimated), 'error')} estimated`
  );
}

interface ShownImage {
  readonly id: string;
  readonly class: string | null;
  readonly suggested: string | null;
  readonly share: number;
  readonly confidence: number | null;
  readonly loss: number | null;
  readonly suspect: boolean;
}

/** The first images that the vote gives another class than their own. */
function firstImages({ found, id }: Suspects): readonly ShownImage[] {
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const doubted = rankedRows(found).filter((row) => found.suggested[row] !== found.labels[row]);
  return Array.from(doubted.subarray(0, mostImages), (row) => ({
    id: id(row),
    class: found.classes[found.labels[row]!] ?? null,
    suggested: found.classes[found.suggested[row]!] ?? null,
    share: found.suggestedShare[row]!,
    confidence: orNull(found.selfConfidence[row]!),
    loss: orNull(found.loss[row]!),
    suspect: found.suspect[row] === 1,
  }));
}

function imageLines(result: Suspects): readonly string[] {
  const images = firstImages(result);
  if (images.length === 0) return [];
  const cells = images.map((row) => [
    row.id,
    row.class ?? '–',
    row.suggested ?? '–',
    shown(row.share),
    shown(row.confidence),
    shown(row.loss),
    row.suspect ? '*' : '',
  ]);
  const heading = ['image', 'class', 'suggested', 'share', 'own share', 'loss', ''];
  return ['', ...textTable([heading, ...cells]), '*: suspect', ''];
}

function namedPairs({ found: { pairs, classes } }: Suspects) {
  return pairs.map(({ given, suggested, suspects: rows, estimated }) => {
    return { class: classes[given]!, suggested: classes[suggested]!, suspects: rows, estimated };
  });
}

function pairLines(result: Suspects): readonly string[] {
  const pairs = namedPairs(result);
  if (pairs.length === 0) return [];
  const cells = pairs
    .slice(0, mostPairs)
    .map((pair) => [pair.class, pair.suggested, counted(pair.suspects), pair.estimated.toFixed(1)]);
  const rest = pairs.length - cells.length;
  const more = rest === 0 ? [] : [`…${andMore(rest)}: see pairs.arrow`];
  return [
    ...textTable([['labelled', 'is rather', 'suspects', 'estimated'], ...cells]),
    ...more,
    '',
  ];
}

function shown(value: number | null): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(3);
}
