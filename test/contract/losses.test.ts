import test from 'ava';
import { contrastiveLoss } from '../../operators/loss/contrastive-loss.ts';
import { lossNames } from '../../operators/loss/losses.ts';
import { lossForm } from '../../operators/loss/loss-forms.ts';
import { formulaOf, usualLoss } from '../helpers/loss-specs.ts';
import { contrastiveLossContract } from './contrastive-loss-contract.ts';

// Every loss of the table; one without a formula in `lossReference` fails.
for (const name of lossNames) {
  contrastiveLossContract(
    (title, run) => test(`${name}: ${title}`, run),
    formulaOf(name),
    (z, rows, options) => contrastiveLoss(lossForm(usualLoss(name, 1)), z, rows, options),
  );
}
