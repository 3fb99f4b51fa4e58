import { freemem } from 'node:os';
import path from 'node:path';
import { controlGroups, readText } from './control-groups.ts';

/** File system and free memory to read; a test reads others. */
export interface AvailableMemoryOptions {
  /** Folder that holds `proc` and `sys`. @default '/' */
  readonly root?: string | undefined;
  /** Bytes that the system calls free. @default os.freemem() */
  readonly free?: number | undefined;
}

/**
 * Bytes that this process can still take without swapping: what the system has (on Linux with the caches it would
 * give up), and no more than the control groups of the container leave. File caches of a group count as free.
 */
export function availableMemory(options: AvailableMemoryOptions = {}): number {
  const { root = '/', free = freemem() } = options;
  const system = kilobytes(readText(path.join(root, 'proc/meminfo')), 'MemAvailable') ?? free;
  return Math.max(0, Math.min(system, ...groupRooms(root)));
}

/** Bytes left by the limits of this process's control group and of those above it. */
function groupRooms(root: string): readonly number[] {
  return controlGroups(root, 'memory').flatMap(({ folder, unified }) => {
    const [limitFile, usageFile, cacheName] = unified
      ? ['memory.max', 'memory.current', 'inactive_file']
      : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'];
    // `max`, or no file: no limit. Version 1 writes a number beyond any memory, which the minimum passes over.
    const limit = Number(readText(path.join(folder, limitFile)) ?? NaN);
    const usage = Number(readText(path.join(folder, usageFile)) ?? NaN);
    if (!Number.isFinite(limit) || !Number.isFinite(usage)) return [];
    const stat = readText(path.join(folder, 'memory.stat')) ?? '';
    const cache = new RegExp(`^${cacheName} (\\d+)$`, 'mu').exec(stat)?.[1] ?? '0';
    return [limit - usage + Number(cache)];
  });
}

function kilobytes(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}
