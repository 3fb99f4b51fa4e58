import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../operators/errors.ts';
import { project } from '../helpers/project.ts';
import { timedProcess } from './timed-process.ts';
import type { Timing } from './worker-calls.ts';
import type { Workload } from './workload.ts';

/** Settings of PyTorch, and what their columns are called. */
export const peerSettings = {
  fp32: 'PyTorch fp32',
  tf32: 'PyTorch TF32',
  bf16: 'PyTorch bf16',
  authors: 'PyTorch, the authors’ form',
} as const;

export type PeerSetting = keyof typeof peerSettings;

/** PyTorch, where a Python has it. */
export interface Peer {
  /** What it is. */
  readonly described: Readonly<Record<string, string | number>>;
  /** The settings that there are for such a row here. */
  settings(work: Workload): readonly PeerSetting[];
  /** @throws {Error} When it could not do it, ended, or was not done in time. */
  time(
    work: Workload,
    setting: PeerSetting,
    folder: string,
    seconds: number,
    ms: number,
  ): Promise<Timing>;
  end(): void;
}

/** @returns Why there is none, where there is none. */
export async function openPeer(python: string, ms: number): Promise<Peer | string> {
  const start = () => timedProcess(python, [peerScript()], {});
  let process = start();
  let described: Readonly<Record<string, string | number>>;
  try {
    // What the script says of itself.
    described = (await process.ask({ describe: true }, ms)) as typeof described;
  } catch (error) {
    process.end();
    return `not there (${python}): ${messageOf(error)}`;
  }
  return {
    described,
    settings: (work) => settingsOf(work, described['device'] === 'cuda'),
    async time(work, setting, folder, seconds, ms) {
      if (!process.alive) process = start();
      const answer = (await process.ask({ work, setting, folder, seconds }, ms)) as
        Timing | { failed: string };
      if ('failed' in answer) throw new Error(answer.failed);
      return answer;
    },
    end: () => process.end(),
  };
}

/** Processors have no TF32. */
function settingsOf(work: Workload, card: boolean): readonly PeerSetting[] {
  const arithmetic = card ? (['fp32', 'tf32', 'bf16'] as const) : (['fp32', 'bf16'] as const);
  if (work.what === 'loop') return [];
  return work.what === 'loss' ? [...arithmetic, 'authors'] : arithmetic;
}

/** Beside this module, or where it is written when this is compiled. */
function peerScript(): string {
  const here = fileURLToPath(new URL('card_peer.py', import.meta.url));
  return fs.existsSync(here) ? here : fileURLToPath(new URL('test/card/card_peer.py', project));
}
