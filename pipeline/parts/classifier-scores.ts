/** Scores of a classifier on a set of images; NaN without any image of a class that it knows. */
export interface ClassifierScores {
  /** Mean cross entropy, in nats. */
  readonly loss: number;
  /** Share of images whose largest logit is that of their class. */
  readonly accuracy: number;
}

/**
 * Cross entropy and accuracy of logits, over the images with a class, in float64.
 *
 * `loss = mean of log Σⱼ exp(xⱼ) − x_y`
 *
 * @param logits `[images, classes]` float32.
 * @param labels `[images]` int32 class of each, -1 when unknown.
 */
export function classifierScores(logits: Float32Array, labels: Int32Array): ClassifierScores {
  const classes = labels.length === 0 ? 0 : logits.length / labels.length;
  let [loss, right, images] = [0, 0, 0];
  for (const [image, label] of labels.entries()) {
    if (label < 0 || label >= classes) continue;
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const most = row.reduce((one, other) => Math.max(one, other));
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    loss += most + Math.log(sum) - row[label]!;
    right += row.indexOf(most) === label ? 1 : 0;
    images += 1;
  }
  return { loss: loss / images, accuracy: right / images };
}
