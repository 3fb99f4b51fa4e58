import { anchorBlock } from '../../operators/loss/anchor-block.ts';
import type { LossForm } from '../../operators/loss/loss-forms.ts';
import { lossTerms, similarityGradient } from '../../operators/loss/loss-terms.ts';
import {
  negativeExponentials,
  positiveExponentials,
} from '../../operators/loss/row-exponentials.ts';
import { tf } from '../../operators/tensor/tf.ts';
import type { Rows } from './loss-reference.ts';
import { rowsOf } from './tensors.ts';

/** G of a loss, summed over anchors, not yet divided by their number. */
export function similarityGradientOf(
  form: LossForm,
  rows: Rows,
  labels: readonly number[],
  temperature: number,
): number[][] {
  return tf.tidy(() => {
    const z = tf.tensor2d(rows.map((row) => [...row]));
    const y = tf.tensor1d([...labels], 'int32');
    const position = tf.range(0, rows.length, 1, 'int32');
    const block = anchorBlock({ z, labels: y, position }, [{ z, are: { labels: y } }], temperature);
    const kinds = {
      negatives: negativeExponentials(block),
      positives: positiveExponentials(block),
    };
    const [part] = similarityGradient(block, kinds, lossTerms(block, form, kinds));
    return rowsOf(part!.matrix);
  });
}
