import type { ReportEvaluation, ReportExport } from './material.ts';
import type { ReadEvaluation, ReadResults } from './read-results.ts';

/** Results with what belongs to them. */
export interface JoinedResults {
  readonly exports: readonly ReportExport[];
  readonly evaluations: readonly ReportEvaluation[];
}

/** Joins evaluations with the exports that they measured, and those with the runs that made them, as their files say it. */
export async function joinResults(
  { runs, exports, evaluations }: ReadResults,
  runOf: (modelHash: string) => ReadResults['runs'][number] | undefined = () => undefined,
): Promise<JoinedResults> {
  void runs;
  const joined = exports.map((one): ReportExport => ({
    ...one,
    run: runOf(one.manifest.model.hash),
  }));
  return {
    exports: joined,
    evaluations: evaluations.map((one) => joinedEvaluation(one, joined)),
  };
}

function joinedEvaluation(
  read: ReadEvaluation,
  exports: readonly ReportExport[],
): ReportEvaluation {
  const { modelHash, trainHash, testHash } = read.summary;
  const measured = (hash: string): ReportExport | undefined =>
    exports.find(
      ({ manifest }) => manifest.model.hash === modelHash && manifest.dataset.hash === hash,
    );
  const [train, test] = [measured(trainHash), measured(testHash)];
  const run = test?.run ?? train?.run;
  const encoder = run?.label ?? read.name;
  return { ...read, label: encoder, encoder, run, train, test };
}
