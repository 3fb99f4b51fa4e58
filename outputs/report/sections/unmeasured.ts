import { andMore, counted } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import type { ReportMaterial, ReportResult } from '../material/material.ts';
import { comparedPairs } from './compared-pairs.ts';
import {
  driftSentence,
  duplicatesSentence,
  neighboursSentence,
  selectionSentence,
  suspectsSentence,
  transferSentence,
} from './result-sentences.ts';

/** Most results that have a sentence each. */
const mostSentences = 4;

/** Most encoders that a sentence names. */
const mostEncoders = 6;

/** What there is, where no evaluation is: a sentence of each result from its own numbers, and how many more there are. */
export function unmeasured(material: ReportMaterial, isLive: boolean): Markup {
  const { runs, exports, comparisons } = material;
  const results = resultsOf(material);
  const told = results.filter(({ sentence }) => sentence !== undefined).slice(0, mostSentences);
  const more = countsOf(results.filter((one) => !told.includes(one)));
  const first = [
    ...(runs.length === 0 ? [] : [trainedRuns(material, isLive)]),
    ...(exports.length > 0 && runs.length + results.length === 0
      ? [exportsAlone(exports.length)]
      : []),
  ];
  const sentences = told.map(({ sentence }) => sentence!);
  // What was measured is more than what was trained.
  const all = comparisons.length > 0 ? [...sentences, ...first] : [...first, ...sentences];
  return markup`${all.map((one) => markup`<p class="headline">${one}</p>`)}
${more === '' ? markup`` : markup`<p>${all.length === 0 ? 'On this page' : 'Also on this page'}: ${more}.</p>`}`;
}

/** A result, with what it is in a count, and its sentence where its numbers are there. */
interface ToldResult {
  readonly words: readonly [one: string, many: string];
  readonly sentence: Markup | undefined;
}

function resultsOf(material: ReportMaterial): readonly ToldResult[] {
  const pairs = material.comparisons.flatMap(comparedPairs).map((sentence): ToldResult => {
    return { words: ['pair of encoders', 'pairs of encoders'], sentence };
  });
  const others = kinds.flatMap(({ kind, words, sentenceOf }) => {
    const all = material[kind];
    return all.map((result): ToldResult => {
      const sentence = sentenceOf(result);
      const isNamed = all.length > 1 && sentence !== undefined;
      return { words, sentence: isNamed ? markup`${result.name}: ${sentence}` : sentence };
    });
  });
  return [...pairs, ...others];
}

/** Kinds of results but comparisons, in the order of what is told first. */
const kinds: readonly {
  readonly kind: 'suspects' | 'duplicates' | 'drifts' | 'transfers' | 'selections' | 'neighbours';
  readonly words: ToldResult['words'];
  readonly sentenceOf: (result: ReportResult) => Markup | undefined;
}[] = [
  {
    kind: 'duplicates',
    words: ['search for duplicates', 'searches for duplicates'],
    sentenceOf: duplicatesSentence,
  },
  {
    kind: 'suspects',
    words: ['list of suspects', 'lists of suspects'],
    sentenceOf: suspectsSentence,
  },
  {
    kind: 'drifts',
    words: ['test for drift', 'tests for drift'],
    sentenceOf: driftSentence,
  },
  { kind: 'transfers', words: ['transfer', 'transfers'], sentenceOf: transferSentence },
  { kind: 'selections', words: ['selection', 'selections'], sentenceOf: selectionSentence },
  {
    kind: 'neighbours',
    words: ['search for neighbours', 'searches for neighbours'],
    sentenceOf: neighboursSentence,
  },
];

function countsOf(results: readonly ToldResult[]): string {
  const counts = new Map<ToldResult['words'][0], { readonly many: string; count: number }>();
  for (const {
    words: [one, many],
  } of results) {
    const known = counts.get(one);
    if (known === undefined) counts.set(one, { many, count: 1 });
    else known.count += 1;
  }
  return Array.from(counts, ([one, { many, count }]) => counted(count, one, many)).join(', ');
}

function trainedRuns({ runs, comparisons }: ReportMaterial, isLive: boolean): Markup {
  // Names may have commas of their own.
  const what = shownEncoders([...new Set(runs.map(({ encoder }) => encoder))]);
  if (isLive) {
    return markup`<strong>Training of ${counted(runs.length, 'run')}: ${what}.</strong> This live page shows training alone: <code>sincere report</code> without <code>--watch</code> also draws what was measured.`;
  }
  const trained = markup`<strong>${counted(runs.length, 'run was trained', 'runs were trained')}: ${what}.</strong>`;
  if (comparisons.length > 0) return trained;
  return markup`${trained} How well ${runs.length === 1 ? 'it separates' : 'they separate'} classes has not been measured: export vectors with <code>sincere embed</code>, then <code>sincere evaluate</code> them.`;
}

function shownEncoders(names: readonly string[]): string {
  const shown = names.slice(0, mostEncoders);
  return `${shown.join('; ')}${andMore(names.length - shown.length)}`;
}

function exportsAlone(count: number): Markup {
  return markup`<strong>${counted(count, 'export')} of vectors</strong>: nothing has been measured of ${count === 1 ? 'it' : 'them'}, which <code>sincere evaluate</code> does.`;
}
