import fs from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../../operators/files/hash-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { userCache } from '../../operators/files/user-cache.ts';
import type { PinnedWheel } from './pinned-wheels.ts';

/** Folder of the user's cache in which wheels are kept, by the XDG Base Directory Specification. */
export function wheelCache(env: NodeJS.ProcessEnv): string {
  return path.join(userCache(env), 'wheels');
}

/** Path of a wheel in the cache, named by what it is. */
export function cachedPath(cache: string, { project, version, platform }: PinnedWheel): string {
  return path.join(cache, `${project.replaceAll('-', '_')}-${version}-${platform}.whl`);
}

/** Tests whether the cache has a wheel, whole: by its length and by its SHA-256. */
export async function isCached(cache: string, wheel: PinnedWheel): Promise<boolean> {
  const file = cachedPath(cache, wheel);
  const stat = await fs.stat(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return stat?.size === wheel.bytes && (await hashFile(file)) === wheel.sha256;
}

/** Bytes of the wheels that a cache holds; 0 where there is none. */
export async function bytesOfCache(cache: string): Promise<number> {
  const names = await fs.readdir(cache).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const wheels = names.filter((name) => name.endsWith('.whl'));
  const stats = await Promise.all(wheels.map((name) => fs.stat(path.join(cache, name))));
  return stats.reduce((sum, { size }) => sum + size, 0);
}
