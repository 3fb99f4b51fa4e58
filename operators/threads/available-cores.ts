import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { controlGroups, readText } from './control-groups.ts';

/** File system to read; a test reads another. */
export interface AvailableCoresOptions {
  /** Folder that holds `proc` and `sys`. @default '/' */
  readonly root?: string | undefined;
  /** Processors that the scheduler may use. @default os.availableParallelism() */
  readonly processors?: number | undefined;
}

/**
 * Available parallelism, the number of threads that can compute at once: no more than the processors that
 * the scheduler grants, the CPU quota of the container (which Node 20 does not see), or the physical cores
 * (two hyper-threads share one set of arithmetic units). At least 1. Quota and cores are known on Linux only.
 */
export function availableCores(options: AvailableCoresOptions = {}): number {
  const { root = '/', processors = availableParallelism() } = options;
  const quota = cpuQuota(root) ?? Infinity;
  const physical = physicalCores(root) ?? Infinity;
  return Math.max(1, Math.floor(Math.min(processors, quota, physical)));
}

/** Cores worth of time that this process's control group and those above it leave. */
function cpuQuota(root: string): number | undefined {
  const limits = controlGroups(root, 'cpu').flatMap(({ folder, unified }) => {
    const [quota, period] = unified
      ? (readText(path.join(folder, 'cpu.max')) ?? '').split(' ')
      : [
          readText(path.join(folder, 'cpu.cfs_quota_us')),
          readText(path.join(folder, 'cpu.cfs_period_us')),
        ];
    // Without a limit the quota is `max`, -1, or the file is not there.
    const cores = Number(quota) / Number(period);
    return cores > 0 && Number.isFinite(cores) ? [cores] : [];
  });
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function physicalCores(root: string): number | undefined {
  const folder = path.join(root, 'sys/devices/system/cpu');
  const cores = new Set<string>();
  for (const name of list(folder)) {
    if (!/^cpu\d+$/u.test(name)) continue;
    const siblings = readText(path.join(folder, name, 'topology/thread_siblings_list'));
    if (siblings !== undefined) cores.add(siblings);
  }
  return cores.size === 0 ? undefined : cores.size;
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
