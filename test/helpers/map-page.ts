import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { MapSet } from '../../outputs/map/map-set.ts';
import { mapPageHtml } from './map-points.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A page with a map, in a folder that ends with the test. @param thumbnails JPEG of those of the set, if it has some. */
export async function mapPage(
  t: ExecutionContext,
  set: MapSet,
  thumbnails?: Uint8Array,
): Promise<string> {
  const file = path.join(await temporaryFolder(t), 'map.html');
  await fs.writeFile(file, mapPageHtml(set, thumbnails));
  return file;
}
