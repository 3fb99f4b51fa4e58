import { counted } from '../../../operators/message-words.ts';
import type { ReportEvaluation, ReportExport, ReportRun } from './material.ts';
import { encoderLabels } from './encoder-labels.ts';
import type { ReadEvaluation, ReadResults } from './read-results.ts';
import { type FoundWeights, isOfEnd, runsOfWeights, type WantedWeights } from './run-weights.ts';

/** Results with what belongs to them. */
export interface JoinedResults {
  readonly runs: readonly ReportRun[];
  readonly exports: readonly ReportExport[];
  readonly evaluations: readonly ReportEvaluation[];
}

/**
 * Joins evaluations with the exports that they measured, and both with the runs whose weights made them: by the hashes that
 * their files hold, never by where they lie.
 */
export async function joinResults(
  read: ReadResults,
  hearing: { readonly tell: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<JoinedResults> {
  const encoders = encoderLabels(read.runs);
  const runs = withLabels(read.runs.map((run, at) => ({ ...run, encoder: encoders[at]! })));
  const made = await runsOfWeights(runs, wantedWeights(read), hearing);
  const exports = read.exports.map((one): ReportExport => ({
    ...one,
    run: made.get(one.manifest.model.hash)?.run,
  }));
  const evaluations = read.evaluations.map((one) => joinedEvaluation(one, { exports, made }));
  return { runs, exports, evaluations: withLabels(withLayers(evaluations)) };
}

function wantedWeights({ exports, evaluations }: ReadResults): readonly WantedWeights[] {
  const wanted = new Map<string, number | undefined>();
  for (const { manifest } of exports) {
    const { hash, step } = manifest.model;
    wanted.set(hash, typeof step === 'number' ? step : undefined);
  }
  for (const { summary } of evaluations) {
    const { modelHash } = summary;
    if (modelHash !== null && !wanted.has(modelHash)) wanted.set(modelHash, undefined);
  }
  return [...wanted].map(([hash, step]) => ({ hash, step }));
}

type Unlabelled<T extends { readonly label: string }> = Omit<T, 'label'>;

interface Known {
  readonly exports: readonly ReportExport[];
  readonly made: ReadonlyMap<string, FoundWeights<ReportRun>>;
}

function joinedEvaluation(
  read: ReadEvaluation,
  { exports, made }: Known,
): Unlabelled<ReportEvaluation> {
  const { modelHash, trainHash, testHash } = read.summary;
  const measured = (hash: string): ReportExport | undefined =>
    exports
      .filter(({ manifest }) => manifest.model.hash === modelHash && manifest.dataset.hash === hash)
      // Of equal exports the one that is nearest.
      .toSorted((a, b) => sharedStart(b.name, read.name) - sharedStart(a.name, read.name))[0];
  const weights = modelHash === null ? undefined : made.get(modelHash);
  const run = weights?.run;
  return {
    ...read,
    encoder: weights === undefined ? read.name : trainedName(weights),
    run,
    train: measured(trainHash),
    test: measured(testHash),
  };
}

/** Of weights that are not those of the end of a run the name says so. */
function trainedName(weights: FoundWeights<ReportRun>): string {
  const { run, step } = weights;
  if (isOfEnd(weights)) return run.encoder;
  return step === 0 ? 'untrained' : `${run.encoder} after ${counted(step, 'step')}`;
}

function sharedStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** Evaluations of an encoder in several layers are told apart by these. */
function withLayers(
  evaluations: readonly Unlabelled<ReportEvaluation>[],
): readonly Unlabelled<ReportEvaluation>[] {
  const isOne = new Set(evaluations.map(({ summary }) => summary.layer)).size < 2;
  if (isOne) return evaluations;
  return evaluations.map((one) =>
    one.run === undefined ? one : { ...one, encoder: `${one.encoder}, ${one.summary.layer}` },
  );
}

/** With labels that are unique: those of encoders, and where one repeats with the folder behind it. */
function withLabels<T extends { readonly encoder: string; readonly name: string }>(
  all: readonly T[],
): readonly (T & { readonly label: string })[] {
  return all.map((one) => {
    const repeats = all.filter(({ encoder }) => encoder === one.encoder).length > 1;
    const isNamed = one.encoder === one.name;
    return { ...one, label: repeats && !isNamed ? `${one.encoder} (${one.name})` : one.encoder };
  });
}
