import { expectedCalibrationError, maximumCalibrationError } from '../calibration/reliability.ts';
import { adjustedStatistic, normalisedStatistic } from './cluster-statistic.ts';
import {
  brierScores,
  confidences,
  crossEntropies,
  precisions,
  recalls,
  rightAnswers,
  withinTop,
} from './image-column.ts';
import type { MetricEntry } from './metric-entry.ts';
import {
  areaStatistic,
  averagePrecisionStatistic,
  differenceOfMedians,
  distanceOfMedians,
  meanStatistic,
  medianStatistic,
} from './statistic.ts';

/** A function of numbers that each image has. */
const ofImages = { interval: true, byClass: true } as const;
/** A function of pairs of images: resampling images says nothing of it. */
const ofPairs = { from: 'contrast', interval: false, byClass: false, measure: null } as const;

/** A share of images that is no measure of the vectors: see `setOverlap`. */
const ofOverlap = {
  unit: 'share',
  range: [0, 1],
  better: 'lower',
  from: 'overlap',
  interval: false,
  byClass: false,
  measure: null,
} as const;

/** A function of the training images alone: resampling test images says nothing of it. */
const ofTraining = { from: 'collapse', interval: false, byClass: false, measure: null } as const;

/** A gap of bins grows when images are drawn with repeats, because the bins hold fewer different ones. */
const ofBins = {
  unit: 'share',
  range: [0, 1],
  better: 'lower',
  from: 'calibration',
  interval: false,
  byClass: false,
} as const;

const accuracy = { unit: 'share', range: [0, 1], better: 'higher' } as const;
const score = { unit: 'score', range: [0, 1], better: 'higher' } as const;
const cosine = { unit: 'cosine', range: [-1, 1] } as const;
const margin = { unit: 'cosine', range: [-2, 2], better: 'higher' } as const;
/**
 * Near 0 a distance of resamples is larger than that of the images, of either sign: their percentiles may leave it out.
 * Nor is a larger one better, when noise is what lies above.
 */
const distance = {
  unit: 'cosine',
  range: [0, 2],
  better: null,
  interval: false,
  byClass: true,
} as const;
const gauge = { unit: 'ratio', range: [0, Number.POSITIVE_INFINITY], better: null } as const;
const loss = { unit: 'nats', range: [0, Number.POSITIVE_INFINITY], better: 'lower' } as const;
const bound = {
  unit: 'nats',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  better: 'higher',
} as const;

/**
 * Every metric that `evaluate` reports, in the order of its rows. `{k}` stands for a number of neighbours, `{solver}`
 * for a probe.
 *
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`, `bootstrap_margin.py`, and `evaluate_utils.py` of its
 * later recipe.
 */
export const metrics: Readonly<Record<string, MetricEntry>> = {
  'knn{k}_accuracy': {
    doc: 'Accuracy of the similarity-weighted vote of the k nearest training images.',
    ...accuracy,
    ...ofImages,
    inClassTable: true,
    from: 'vote',
    measure: rightAnswers,
  },
  'knn{k}_confidence': {
    doc: 'Mean share of the weight of that vote which the predicted class has; above the accuracy it is overconfident.',
    unit: 'share',
    range: [0, 1],
    better: null,
    ...ofImages,
    from: 'shares',
    measure: confidences,
  },
  'knn{k}_brier': {
    doc: 'Brier score of those shares: mean squared distance from the class, over all classes.',
    unit: 'score',
    range: [0, 2],
    better: 'lower',
    ...ofImages,
    from: 'shares',
    measure: brierScores,
  },
  precision_at_1: {
    doc: 'Share of images whose nearest training image has their class.',
    ...accuracy,
    ...ofImages,
    from: 'nearest',
    measure: rightAnswers,
  },
  'recall_at_{k}': {
    doc: 'Recall@k of metric learning: share of images with one of their class, or more, among the k nearest.',
    ...accuracy,
    ...ofImages,
    from: 'places',
    measure: recalls,
  },
  'precision_at_{k}': {
    doc: 'Share of the k nearest training images that are of the class, k above 1.',
    ...accuracy,
    ...ofImages,
    from: 'places',
    measure: precisions,
  },
  r_precision: {
    doc: 'Share of the class among the R nearest, R being the size of the class.',
    ...accuracy,
    ...ofImages,
    from: 'ranking',
    measure: ({ rPrecision }) => rPrecision,
  },
  map_at_r: {
    doc: 'Mean average precision at R (MAP@R).',
    ...score,
    ...ofImages,
    inClassTable: true,
    from: 'ranking',
    measure: ({ averagePrecision }) => averagePrecision,
  },
  mrr: {
    doc: 'Mean reciprocal rank of the first of the class.',
    ...score,
    ...ofImages,
    from: 'ranking',
    measure: ({ reciprocalRank }) => reciprocalRank,
  },
  class_mean_accuracy: {
    doc: 'Accuracy of the nearest class mean: largest cosine with the mean of the unit training vectors.',
    ...accuracy,
    ...ofImages,
    inClassTable: true,
    from: 'classMean',
    measure: rightAnswers,
  },
  silhouette: {
    doc: 'Silhouette of the classes of the test images, by cosine distance.',
    ...cosine,
    unit: 'score',
    better: 'higher',
    ...ofImages,
    from: 'silhouette',
    measure: (silhouettes) => silhouettes,
  },
  'probe_{solver}_top1': {
    doc: 'Top-1 accuracy of a linear probe.',
    ...accuracy,
    ...ofImages,
    inClassTable: true,
    from: 'probe',
    measure: withinTop(1),
  },
  'probe_{solver}_top5': {
    doc: 'Top-5 accuracy of a linear probe of more than five classes.',
    ...accuracy,
    ...ofImages,
    from: 'probe',
    measure: withinTop(5),
  },
  'probe_{solver}_log_loss': {
    doc: 'Mean cross entropy of a linear probe.',
    ...loss,
    ...ofImages,
    from: 'probe',
    measure: crossEntropies,
  },
  target_median: {
    doc: 'Median similarity to the nearest training image of the same class (target).',
    ...cosine,
    better: 'higher',
    ...ofImages,
    inClassTable: true,
    from: 'similarities',
    measure: { places: 'first', of: ['target'], statistic: medianStatistic },
  },
  noise_median: {
    doc: 'Median similarity to the nearest training image of another class (noise).',
    ...cosine,
    better: 'lower',
    ...ofImages,
    inClassTable: true,
    from: 'similarities',
    measure: { places: 'first', of: ['noise'], statistic: medianStatistic },
  },
  target_mean: {
    doc: 'Mean target similarity.',
    ...cosine,
    better: 'higher',
    ...ofImages,
    from: 'similarities',
    measure: { places: 'first', of: ['target'], statistic: meanStatistic },
  },
  noise_mean: {
    doc: 'Mean noise similarity.',
    ...cosine,
    better: 'lower',
    ...ofImages,
    from: 'similarities',
    measure: { places: 'first', of: ['noise'], statistic: meanStatistic },
  },
  margin: {
    doc: 'Median target minus median noise similarity; below 0 when another class is the nearer one.',
    ...margin,
    ...ofImages,
    inClassTable: true,
    from: 'similarities',
    measure: { places: 'first', of: ['target', 'noise'], statistic: differenceOfMedians },
  },
  margin_absolute: {
    doc: 'The margin without its sign, as the reference code of the paper has it.',
    ...distance,
    from: 'similarities',
    measure: { places: 'first', of: ['target', 'noise'], statistic: distanceOfMedians },
  },
  'separation{k}': {
    doc: 'Margin of the similarities to the k-th nearest of each, k above 1.',
    ...margin,
    ...ofImages,
    from: 'similarities',
    measure: { places: 'further', of: ['target', 'noise'], statistic: differenceOfMedians },
  },
  'separation{k}_absolute': {
    doc: 'The same without its sign.',
    ...distance,
    from: 'similarities',
    measure: { places: 'further', of: ['target', 'noise'], statistic: distanceOfMedians },
  },
  auc: {
    doc: 'Area under the ROC curve of telling target from noise by a threshold.',
    ...score,
    ...ofImages,
    inClassTable: true,
    from: 'similarities',
    measure: { places: 'first', of: ['target', 'noise'], statistic: areaStatistic },
  },
  average_precision: {
    doc: 'Average precision of telling target from noise by a threshold.',
    ...score,
    ...ofImages,
    from: 'similarities',
    measure: { places: 'first', of: ['target', 'noise'], statistic: averagePrecisionStatistic },
  },
  nmi: {
    doc: 'Normalised mutual information of k-means clusters and classes.',
    ...score,
    // Of images drawn with repeats it is larger, because copies of an image share class and cluster.
    interval: false,
    byClass: false,
    from: 'clusters',
    measure: normalisedStatistic,
  },
  ami: {
    doc: 'Mutual information of clusters and classes, adjusted for chance (0).',
    unit: 'score',
    range: [Number.NEGATIVE_INFINITY, 1],
    better: 'higher',
    // What chance would give is a sum over all sizes that clusters could share: 10 ms for each resample.
    interval: false,
    byClass: false,
    from: 'clusters',
    measure: adjustedStatistic,
  },
  'knn{k}_ece': {
    doc: 'Expected calibration error of the vote: gap of confidence and accuracy in 15 bins, weighted by images.',
    ...ofBins,
    measure: expectedCalibrationError,
  },
  'knn{k}_mce': {
    doc: 'Maximum calibration error: the largest of those gaps.',
    ...ofBins,
    measure: maximumCalibrationError,
  },
  nc1_variability: {
    doc: 'Neural collapse of the training images, NC1: `tr(S_W S_B⁺) / C`, spread within classes over that between.',
    ...gauge,
    ...ofTraining,
  },
  nc1_trace_ratio: {
    doc: 'NC1 without directions: `tr S_W / tr S_B`.',
    ...gauge,
    ...ofTraining,
  },
  nc2_equinorm: {
    doc: 'NC2: coefficient of variation of the distances of class means from their mean.',
    ...gauge,
    ...ofTraining,
  },
  nc2_equiangularity: {
    doc: 'NC2: mean distance of the cosines between class means, seen from their mean, from `−1 / (C − 1)`.',
    unit: 'cosine',
    range: [0, 2],
    better: null,
    ...ofTraining,
  },
  nc3_self_duality: {
    doc: 'NC3: squared distance of the weights of the `l2` probe and its class means, both scaled to length 1.',
    unit: 'squared distance',
    range: [0, 4],
    better: null,
    ...ofTraining,
  },
  overlap: {
    doc: 'Share of test images that are training images: the same file.',
    ...ofOverlap,
  },
  vector_overlap: {
    doc: 'Share of test images with the vector of a training image, bit for bit, of another or unknown file.',
    ...ofOverlap,
  },
  sincere_loss: {
    doc: 'SINCERE loss of the test set.',
    ...loss,
    ...ofPairs,
  },
  supcon_loss: {
    doc: 'SupCon loss of the test set.',
    ...loss,
    ...ofPairs,
  },
  information_bound: {
    doc: 'Lower bound of the divergence between classes.',
    ...bound,
    ...ofPairs,
  },
  sharp_information_bound: {
    doc: 'The sharper form of the bound.',
    ...bound,
    ...ofPairs,
  },
  repelled_share: {
    doc: 'Share of positive pairs that the gradient of SupCon pushes apart.',
    unit: 'share',
    range: [0, 1],
    better: null,
    ...ofPairs,
  },
  repelled_mass: {
    doc: 'Push over pull of the gradient of SupCon on positive pairs.',
    unit: 'ratio',
    range: [0, Number.POSITIVE_INFINITY],
    better: null,
    ...ofPairs,
  },
  alignment: {
    doc: 'Mean squared distance of positive pairs.',
    unit: 'squared distance',
    range: [0, 4],
    better: 'lower',
    ...ofPairs,
  },
  uniformity: {
    doc: 'Uniformity `log mean exp(−2 d²)` over all pairs: how evenly vectors cover the sphere.',
    unit: 'score',
    range: [-8, 0],
    better: 'lower',
    ...ofPairs,
  },
  spread: {
    doc: 'Variance `1 − ‖mean z‖²` of the unit vectors; 0 when they are one point.',
    unit: 'squared distance',
    range: [0, 1],
    better: null,
    ...ofPairs,
  },
  effective_rank: {
    doc: 'Effective rank `(tr C)² / tr C²` of their covariance.',
    unit: 'directions',
    range: [0, Number.POSITIVE_INFINITY],
    better: null,
    ...ofPairs,
  },
};
