import { type VoteShares, voteShares } from './calibration/vote-shares.ts';
import { classSums } from './class-means/class-sums.ts';
import { nearestClassMean } from './class-means/nearest-class-mean.ts';
import { type NeuralCollapse, neuralCollapse } from './class-means/neural-collapse.ts';
import { silhouettes } from './class-means/silhouettes.ts';
import type { KMeansProgress } from './clustering/k-means.ts';
import type { EvaluateVectorsOptions, EvaluationProgress } from './evaluation-options.ts';
import type { JoinedSets } from './joined-sets.ts';
import type { Neighbours } from './neighbours/matches.ts';
import { nearestNeighbours } from './neighbours/nearest-neighbours.ts';
import { type RankingScores, rankingScores } from './neighbours/ranking-scores.ts';
import { clusterMetrics, type ClusterMetrics } from './scores/cluster-metrics.ts';
import { type EvaluatedProbe, evaluatedProbe } from './scores/evaluated-probe.ts';
import { type NeighbourScores, neighbourScores } from './scores/neighbour-scores.ts';
import type { VectorSet } from './vectors/vector-set.ts';

/** Sources of the metrics of an evaluation. */
export interface Findings {
  readonly neighbours: Neighbours;
  readonly near: NeighbourScores;
  /** k → shares of the vote of the k nearest. */
  readonly shares: ReadonlyMap<number, VoteShares>;
  readonly means: ClassMeanFindings;
  /** Undefined when none was asked for. */
  readonly ranking: RankingScores | undefined;
  /** None when none was asked for. */
  readonly clusters: ClusterMetrics;
  readonly probes: readonly EvaluatedProbe[];
}

/** What the means of classes say. */
export interface ClassMeanFindings {
  /** `[count]` int32 class with the nearest mean, of each test image; -1 for none. */
  readonly predicted: Int32Array;
  /** `[count]` silhouettes of the test images; NaN without a class. */
  readonly silhouettes: Float64Array;
  /** Neural collapse of the training images. */
  readonly collapse: NeuralCollapse;
}

/**
 * Searches neighbours, measures class means, ranks, clusters and trains probes, one after the other.
 *
 * @throws What they throw, or the reason of `signal`.
 */
export async function findings(
  sets: JoinedSets,
  options: EvaluateVectorsOptions,
): Promise<Findings> {
  const neighbours = await foundNeighbours(sets, options);
  const near = neighbourScores(neighbours, options.ks);
  return {
    neighbours,
    near,
    shares: new Map(options.ks.map((k) => [k, voteShares(neighbours, k, sets.test.labels)])),
    means: await classMeanFindings(sets, options),
    ranking: await foundRanking(sets, options),
    clusters: await foundClusters(sets, near.scored, options),
    probes: await foundProbes(sets, near.scored, options),
  };
}

async function foundNeighbours(
  { support, test }: JoinedSets,
  options: EvaluateVectorsOptions,
): Promise<Neighbours> {
  const most = Math.max(...options.ks);
  return await nearestNeighbours(test, support, {
    ...comparisonOf(options),
    k: most,
    sameAndOther: most,
    onProgress: told(options, { label: 'neighbours', unit: 'images', total: test.count }),
  });
}

/** Reads the training vectors twice and the test vectors three times, leave-one-out all of them four times. */
async function classMeanFindings(
  { support, test }: JoinedSets,
  options: EvaluateVectorsOptions,
): Promise<ClassMeanFindings> {
  const { leaveOneOut = false, threads, signal } = options;
  const total = leaveOneOut ? 4 * test.count : 2 * support.count + 3 * test.count;
  const tell = told(options, { label: 'class means', unit: 'rows', total });
  let done = 0;
  const pass = (set: VectorSet) => {
    const before = done;
    done += set.count;
    return { threads, signal, onProgress: (rows: number) => tell(before + rows) };
  };
  const ofTrain = await classSums(support, pass(support));
  const ofTest = leaveOneOut ? ofTrain : await classSums(test, pass(test));
  return {
    predicted: await nearestClassMean(test, ofTrain, { leaveOneOut, ...pass(test) }),
    silhouettes: await silhouettes(test, ofTest, pass(test)),
    collapse: await neuralCollapse(support, ofTrain, pass(support)),
  };
}

async function foundRanking(
  { support, test }: JoinedSets,
  options: EvaluateVectorsOptions,
): Promise<RankingScores | undefined> {
  const { seed = 0, rankings = 10_000 } = options;
  const queries = Math.min(rankings, test.count);
  if (queries === 0) return undefined;
  return await rankingScores(test, support, {
    ...comparisonOf(options),
    queries,
    seed,
    onProgress: told(options, { label: 'rankings', unit: 'images', total: queries }),
  });
}

async function foundClusters(
  { test }: JoinedSets,
  scored: Int32Array,
  options: EvaluateVectorsOptions,
): Promise<ClusterMetrics> {
  const { threads, signal, seed = 0, clusters = true } = options;
  if (!clusters) return () => [];
  const onProgress = ({ part, done, total }: KMeansProgress): void =>
    part === 'centres'
      ? told(options, { label: 'initial centres', unit: 'centres', total })(done)
      : told(options, { label: 'clusters', unit: 'rows' })(done);
  return await clusterMetrics(test, scored, { seed, threads, signal, onProgress });
}

async function foundProbes(
  { classes }: JoinedSets,
  scored: Int32Array,
  options: EvaluateVectorsOptions,
): Promise<EvaluatedProbe[]> {
  const { threads, signal, seed = 0, probes } = options;
  const found: EvaluatedProbe[] = [];
  for (const spec of probes?.specs ?? []) {
    const tell = told(options, { label: `probe ${spec.solver}`, unit: 'passes' });
    const onProgress = ({ done }: { readonly done: number }): void => tell(done);
    const rest = { classes, scored, seed, threads, signal, onProgress };
    found.push(await evaluatedProbe(probes!, spec, rest));
  }
  return found;
}

function comparisonOf({ leaveOneOut, threads, memoryMb, signal }: EvaluateVectorsOptions) {
  return { leaveOneOut, threads, memoryMb, signal };
}

/** Progress of one part. */
function told(
  { onProgress }: EvaluateVectorsOptions,
  { label, unit, total }: Omit<EvaluationProgress, 'done'>,
): (done: number) => void {
  return (done) => onProgress?.({ label, done, total, unit });
}
