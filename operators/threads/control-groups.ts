import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A control group of Linux. */
export interface ControlGroup {
  /** Holds its files. */
  readonly folder: string;
  /** Version 2 (the unified hierarchy), whose files have other names. */
  readonly unified: boolean;
}

/**
 * The control groups that bound this process: its own and those above it, in either version. None on other systems.
 *
 * @param root Folder that holds `proc` and `sys`.
 * @param controller Of version 1, such as `cpu`.
 */
export function controlGroups(root: string, controller: string): readonly ControlGroup[] {
  const lines = (readText(path.join(root, 'proc/self/cgroup')) ?? '').split('\n');
  return lines.flatMap((line): ControlGroup[] => {
    const [id, controllers, group] = line.split(':');
    if (group === undefined) return [];
    const unified = id === '0';
    if (!unified && controllers?.split(',').includes(controller) !== true) return [];
    const mount = path.join(root, 'sys/fs/cgroup', unified ? '' : controller);
    const parts = group.split('/').filter((part) => part !== '');
    return Array.from({ length: parts.length + 1 }, (_, above) => ({
      folder: path.join(mount, ...parts.slice(0, parts.length - above)),
      unified,
    }));
  });
}

/** Undefined where there is no such file: another system, or another version of control groups. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
