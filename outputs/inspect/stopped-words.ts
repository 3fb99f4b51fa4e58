import { counted } from '../../operators/message-words.ts';
import type { UnfinishedRun } from '../run/unfinished-run.ts';

/** How far a run came, such as `stopped after 27 of 19,600 steps`. */
export function stoppedWords({ steps, total }: UnfinishedRun): string {
  return `stopped after ${counted(steps)} of ${counted(total, 'step')}`;
}
