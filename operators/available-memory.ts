import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import path from 'node:path';

/** Where to look; a test looks elsewhere. */
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
  const system = kilobytes(read(path.join(root, 'proc/meminfo')), 'MemAvailable') ?? free;
  return Math.max(0, Math.min(system, ...groupRooms(root)));
}

/** What this process's control group and those above it leave, in either version. */
function groupRooms(root: string): readonly number[] {
  const groups = read(path.join(root, 'proc/self/cgroup')) ?? '';
  const rooms: number[] = [];
  for (const line of groups.split('\n')) {
    const [id, controllers, group] = line.split(':');
    if (group === undefined) continue;
    const unified = id === '0';
    if (!unified && controllers?.split(',').includes('memory') !== true) continue;
    const mount = path.join(root, 'sys/fs/cgroup', unified ? '' : 'memory');
    const [limitFile, usageFile, cacheName] = unified
      ? ['memory.max', 'memory.current', 'inactive_file']
      : ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'];
    const parts = group.split('/').filter((part) => part !== '');
    for (let depth = parts.length; depth >= 0; depth -= 1) {
      const folder = path.join(mount, ...parts.slice(0, depth));
      // `max`, or no file: no limit. Version 1 writes a number beyond any memory, which the minimum passes over.
      const limit = Number(read(path.join(folder, limitFile)) ?? NaN);
      const usage = Number(read(path.join(folder, usageFile)) ?? NaN);
      if (!Number.isFinite(limit) || !Number.isFinite(usage)) continue;
      const stat = read(path.join(folder, 'memory.stat')) ?? '';
      const cache = new RegExp(`^${cacheName} (\\d+)$`, 'mu').exec(stat)?.[1] ?? '0';
      rooms.push(limit - usage + Number(cache));
    }
  }
  return rooms;
}

function kilobytes(text: string | undefined, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'mu').exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

/** Undefined where there is no such file: another system, or another version of control groups. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
