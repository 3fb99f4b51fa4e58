// The losses as functions of TensorFlow.js, for training loops of one's own. Loads nothing but TensorFlow.js, and runs
// in browsers.

export { sincereLoss } from './loss/sincere-loss.ts';
export { supconLoss } from './loss/supcon-loss.ts';
export { epsSupInfoNceLoss } from './loss/eps-sup-infonce-loss.ts';
export { infoNceLoss } from './loss/infonce-loss.ts';
export { dclLoss } from './loss/dcl-loss.ts';
export { informationBound, sharpInformationBound } from './loss/information-bound.ts';

// A loss of one's own: a member of the family by its form, with the closed-form gradient of the others
export { contrastiveLoss } from './loss/contrastive-loss.ts';
export type { ContrastiveLossOptions, LabelsOrMask } from './loss/contrastive-loss.ts';
export type { LossForm } from './loss/loss-forms.ts';
