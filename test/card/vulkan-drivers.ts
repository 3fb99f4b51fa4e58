import { existsSync, readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** Where the Vulkan loader looks for manifests of drivers on Linux. */
const known = ['etc', 'usr/local/etc', 'usr/share', 'usr/local/share'];
/** Where containers put the driver of the machine they run on, and the loader does not look. */
const mounted = ['usr/local/nvidia/share', 'usr/local/nvidia/etc', 'usr/lib/wsl/share'];
/** Libraries of NVIDIA's driver that speak Vulkan; the second wants X11's libraries, which bare machines lack. */
const libraries = ['libEGL_nvidia.so.0', 'libGLX_nvidia.so.0'];
const libraryFolders = [
  'usr/lib/x86_64-linux-gnu',
  'usr/lib64',
  'usr/lib',
  'usr/local/nvidia/lib64',
  'usr/local/nvidia/lib',
];

/**
 * Manifests of Vulkan drivers to try one after the other on a machine where the loader finds none by itself: those that a
 * container has elsewhere, else one for each library of NVIDIA's driver, written into `folder`.
 *
 * @param folder For manifests that are written; it exists.
 * @param root Folder that holds `usr` and `etc`. @default '/'
 * @returns Nothing where the loader finds one, or is told (`VK_DRIVER_FILES`).
 */
export async function vulkanManifests(
  folder: string,
  root = '/',
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly string[]> {
  if (env['VK_DRIVER_FILES'] !== undefined || env['VK_ICD_FILENAMES'] !== undefined) return [];
  const found = (places: readonly string[]): readonly string[] =>
    places.flatMap((place) => manifestsIn(path.join(root, place, 'vulkan', 'icd.d')));
  if (found(known).length > 0) return [];
  const elsewhere = found(mounted);
  if (elsewhere.length > 0) return elsewhere;
  const written = libraries.map(async (library) => {
    const at = libraryFolders
      .map((place) => path.join(root, place, library))
      .find((file) => existsSync(file));
    if (at === undefined) return [];
    const file = path.join(folder, `${library}.json`);
    const ICD = { library_path: at, api_version: '1.3.0' };
    await fs.writeFile(file, JSON.stringify({ file_format_version: '1.0.0', ICD }));
    return [file];
  });
  return (await Promise.all(written)).flat();
}

function manifestsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((name) => path.join(folder, name));
}
