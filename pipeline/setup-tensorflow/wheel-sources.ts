import { hashFile } from '../../operators/files/hash-file.ts';
import { statGiven } from '../../operators/files/stat-of.ts';
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

/** Where wheels may lie. */
export interface WheelPlaces {
  readonly given: GivenWheels;
  /** Folder. */
  readonly cache: string;
  /** TensorFlow for CUDA, which can be given in the place of that for the processor. */
  readonly instead: PinnedWheel | undefined;
}

/** Source of each wheel that is needed: what was given, else the cache, else a download. */
export async function wheelSources(
  needed: readonly PinnedWheel[],
  { given, cache, instead }: WheelPlaces,
): Promise<readonly WheelSource[]> {
  return await Promise.all(
    needed.map(async (wheel): Promise<WheelSource> => {
      const own = given.get(wheel.project);
      if (own !== undefined) return { wheel, from: 'given', path: own.path };
      const other = instead === undefined ? undefined : given.get(instead.project);
      if (instead !== undefined && other !== undefined && wheel.project === 'tensorflow-cpu') {
        return { wheel: instead, from: 'given', path: other.path };
      }
      const from = (await isCached(cache, wheel)) ? 'cache' : 'download';
      return { wheel, from, path: cachedPath(cache, wheel) };
    }),
  );
}

/** A wheel as the record has it, by the file that was used. */
export async function recordedWheel({ wheel, from, path }: WheelSource): Promise<RecordedWheel> {
  const { project, version, license, bytes, sha256 } = wheel;
  if (from !== 'given') return { project, version, license, bytes, sha256 };
  const { size } = await statGiven(path);
  return { project, version, license, bytes: size, sha256: await hashFile(path) };
}
