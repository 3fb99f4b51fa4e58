import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../../operators/files/partial-file.ts';

/** Folders of the package that a setup makes; npm's own files are others. */
const parts = ['lib', 'deps'] as const;

/** Folder inside the package, and so on its disk, in which everything is made before it gets its place. */
export function stagingFolder(packageFolder: string): string {
  return path.join(packageFolder, '.sincere-staging');
}

/** Makes the staging folder, empty. What a killed setup left there goes. */
export async function emptyStaging(packageFolder: string): Promise<string> {
  const staging = stagingFolder(packageFolder);
  await removeStaging(packageFolder);
  await fs.mkdir(staging);
  return staging;
}

/** Removes the staging folder. */
export async function removeStaging(packageFolder: string): Promise<void> {
  await fs.rm(stagingFolder(packageFolder), { recursive: true, force: true });
}

/** Copies into the staging folder what makes it a package that loads what was made there. */
export async function makeLoadable(packageFolder: string): Promise<string> {
  const staging = stagingFolder(packageFolder);
  for (const name of ['package.json', 'dist']) {
    await fs.cp(path.join(packageFolder, name), path.join(staging, name), { recursive: true });
  }
  return staging;
}

/**
 * Gives the staged folders their places. The addon goes first and comes last: without it nothing loads, so a process
 * that is killed in between leaves a package that is not set up, never one that is half of each.
 */
export async function placeStaged(packageFolder: string): Promise<void> {
  const staging = stagingFolder(packageFolder);
  await setAside(packageFolder);
  for (const name of parts.toReversed()) {
    await fs.rename(path.join(staging, name), path.join(packageFolder, name));
  }
  await syncFolder(packageFolder);
  await removeStaging(packageFolder);
}

/** Takes away what was set up, also by hand. @returns False when nothing was. */
export async function removePlaced(packageFolder: string): Promise<boolean> {
  const isThere = parts.some((name) => existsSync(path.join(packageFolder, name)));
  await emptyStaging(packageFolder);
  await setAside(packageFolder);
  await removeStaging(packageFolder);
  return isThere;
}

/** Moves what is in place into the staging folder, the addon first. */
async function setAside(packageFolder: string): Promise<void> {
  const aside = path.join(stagingFolder(packageFolder), 'before');
  await fs.mkdir(aside);
  for (const name of parts) {
    const placed = path.join(packageFolder, name);
    if (existsSync(placed)) await fs.rename(placed, path.join(aside, name));
  }
}
