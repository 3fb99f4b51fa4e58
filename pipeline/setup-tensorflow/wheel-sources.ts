import { hashFile } from '../../outputs/files/hash-file.ts';
import { statGiven } from '../../outputs/files/stat-of.ts';
import type { GivenWheels } from './open-wheels.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import type { RecordedWheel } from './setup-record.ts';
import { cachedPath, isCached } from './wheel-cache.ts';

/** A wheel that is needed, and where it comes from. */
export interface WheelSource {
  readonly wheel: PinnedWheel;
  readonly from: 'given' | 'cache' | 'download';
  /** File that it lies in, or is downloaded to. */
  readonly path: string;
}

/** Where each wheel that is needed comes from: what was given, else the cache, else a download. */
export async function wheelSources(
  needed: readonly PinnedWheel[],
  given: GivenWheels,
  cache: string,
): Promise<readonly WheelSource[]> {
  return await Promise.all(
    needed.map(async (wheel): Promise<WheelSource> => {
      const path = givenFor(wheel, given);
      if (path !== undefined) return { wheel, from: 'given', path };
      const from = (await isCached(cache, wheel)) ? 'cache' : 'download';
      return { wheel, from, path: cachedPath(cache, wheel) };
    }),
  );
}

/** The file that was given for a wheel; TensorFlow for CUDA also in the place of that for the processor. */
function givenFor({ project }: PinnedWheel, given: GivenWheels): string | undefined {
  const own = given.get(project)?.path;
  return project === 'tensorflow-cpu' ? (own ?? given.get('tensorflow')?.path) : own;
}

/** A wheel as the record has it, by the file that was used. */
export async function recordedWheel({ wheel, from, path }: WheelSource): Promise<RecordedWheel> {
  const { project, version, license, bytes, sha256 } = wheel;
  if (from !== 'given') return { project, version, license, bytes, sha256 };
  const { size } = await statGiven(path);
  return { project, version, license, bytes: size, sha256: await hashFile(path) };
}
