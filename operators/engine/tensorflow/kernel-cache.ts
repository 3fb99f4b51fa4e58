import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cardCode } from './card-support.ts';
import type { NvidiaDriver } from './nvidia-driver.ts';

/**
 * Bytes of compiled kernels that the driver keeps: the most that it takes, 4 GiB; 1 GiB by itself (CUDA C++ Programming
 * Guide, "CUDA Environment Variables").
 */
export const kernelCacheBytes = 4_294_967_296;

/** Folder in which the driver keeps compiled kernels: `CUDA_CACHE_PATH`, or its default on Linux. */
export function kernelCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['CUDA_CACHE_PATH'] ?? path.join(os.homedir(), '.nv', 'ComputeCache');
}

/**
 * Announcement that the next use of TensorFlow compiles its kernels for a card, or undefined where no card needs it or
 * something is in the cache already.
 */
export function firstUseNotice(
  driver: NvidiaDriver,
  folder: string = kernelCacheFolder(),
): string | undefined {
  const card = driver.cards.find((one) => cardCode(one) === 'ptx');
  if (card === undefined || !isEmpty(folder)) return undefined;
  return (
    `TensorFlow has no machine code for ${card.name} (compute capability ${card.capability}): the driver compiles its ` +
    `kernels at this first use, which may take half an hour, and keeps them in ${folder}`
  );
}

/** True also for a folder that is not there yet, and for one that cannot be read, which serves the driver no better. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}
