import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import type { LockHolder } from './lock-holder.ts';
import { errorCode } from './system-error.ts';

/** This process, as a holder of a lock that is its own. */
export async function thisHolder(): Promise<LockHolder> {
  return {
    host: os.hostname(),
    pid: process.pid,
    started: await processStart(process.pid),
    namespace: await processNamespace(),
    token: randomUUID(),
  };
}

/** The namespace of process ids that a machine itself has, the same number on all of them (Linux `proc_ns.h`). */
const ownNamespace = 'pid:[4026531836]';

/** True when the holder's process id is one of ours: same machine, boot and namespace. */
export function canBeAsked(holder: LockHolder, mine: LockHolder): boolean {
  if (holder.host !== mine.host) return false;
  if (holder.namespace === null || mine.namespace === null) return true;
  if (holder.namespace !== mine.namespace) return false;
  // The same name and another boot: this machine before it was started again, or a container's namesake elsewhere.
  return bootOf(holder) === bootOf(mine) || mine.namespace === ownNamespace;
}

function bootOf({ started }: LockHolder): string | undefined {
  return started?.split(' ', 1)[0];
}

/** True while the process that took the lock runs. Ask only where `canBeAsked`. */
export async function isAlive({ pid, started }: LockHolder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const now = await processStart(pid);
  return started === null || now === null || now === started;
}

/**
 * Boot and clock tick at which a process started: unique on a machine. Null where `/proc` is missing.
 * Of a process that has ended, and that its parent has not asked about yet, the word `ended`.
 */
async function processStart(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      fs.readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The second field is the command in parentheses and may hold anything; the start is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    const ticks = fields[19];
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`;
  } catch {
    // Other systems have no /proc: the process id decides alone there.
    return null;
  }
}

/** Namespace of process ids, such as `pid:[4026531836]`. Null where `/proc` is missing. */
async function processNamespace(): Promise<string | null> {
  try {
    return await fs.readlink('/proc/self/ns/pid');
  } catch {
    // Other systems have no namespaces of process ids.
    return null;
  }
}
