import { PipelineError } from '../../operators/errors.ts';
import type { OpenedSet } from './opened-set.ts';
import type { TellNote } from './run-event.ts';

/**
 * Refuses vectors of two models: they live in two spaces, and their similarities mean nothing. Where a model is unknown
 * vectors must have one length, and it is told that nobody knows more.
 *
 * @throws {PipelineError} `ERR_CONFIG`.
 */
export function refuseOtherModel(train: OpenedSet, test: OpenedSet, note: TellNote): void {
  const unknown = [train, test].filter(({ modelHash }) => modelHash === null);
  if (unknown.length === 0 && train.modelHash !== test.modelHash) throw otherWeights(train, test);
  if (train.dim !== test.dim) throw otherLength(train, test);
  if (unknown.length === 0) return;
  const names = [...new Set(unknown.map(({ name }) => `\`${name}\``))];
  note(
    `${names.join(' and ')} ${names.length === 1 ? 'does' : 'do'} not say which model made the vectors: ` +
      'that those of both sides are of one is taken for granted',
  );
}

function otherWeights(train: OpenedSet, test: OpenedSet): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${train.name}\` and \`${test.name}\` were embedded with different weights. Embed both with the same \`model\`.`,
    { path: test.name, options: ['model'] },
  );
}

function otherLength(train: OpenedSet, test: OpenedSet): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `Expected vectors of one length, got ${train.dim} numbers in \`${train.name}\` and ${test.dim} in \`${test.name}\`: they are ` +
      'not of one model, or not of one layer. Choose that of an export with `layer`, or the column of a file with `?vector=` behind it.',
    { path: test.name, options: ['layer'] },
  );
}
