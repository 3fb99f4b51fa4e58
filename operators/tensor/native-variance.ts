/**
 * Biased variance over the one that TensorFlow's fused BatchNorm gives: that is divided by `count − 1`, except where it
 * is 0.
 *
 * @param count Values of a channel, 1 or more.
 */
export function biasedShare(count: number): number {
  return Math.max(1, count - 1) / count;
}
