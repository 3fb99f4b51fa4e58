import { counted } from '../../operators/message-words.ts';
import type { Dataset } from '../../operators/types.ts';
import type { TellNote } from './run-event.ts';
import { shownBytes } from './shown-bytes.ts';

/** Tells what reading from a remote store cost, beside the least possible. */
export function tellTraffic({ name, traffic }: Dataset, note: TellNote): void {
  const now = traffic?.();
  if (now === undefined || now.requests === 0) return;
  const { requests, sendings, retries, hedges, bytesReceived, bytesUsed, waitMs } = now;
  note(
    `${name}: ${counted(requests, 'request')} (${counted(sendings)} at least, ${counted(retries)} repeated, ` +
      `${counted(hedges)} hedged), ${shownBytes(bytesReceived)} received of which ${shownBytes(bytesUsed)} were used; ` +
      `waits of ${seconds(waitMs.p50)} (median) and ${seconds(waitMs.p99)} (p99)`,
    [],
    'work',
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toPrecision(2)} s`;
}
