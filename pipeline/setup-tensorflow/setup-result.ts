import type { TensorflowVariant } from './pinned-wheels.ts';
import type { RecordedWheel } from './setup-record.ts';

/** Result of `setup`. */
export interface SetupResult {
  readonly state: 'set up' | 'already set up' | 'planned' | 'removed' | 'not set up';
  /** Folder of the package. */
  readonly folder: string;
  /** Null where nothing is set up. */
  readonly variant: TensorflowVariant | null;
  /** Version of TensorFlow. */
  readonly tensorflow: string | null;
  /** Device that it computed on when it was verified; null when it was not. */
  readonly device: 'cpu' | 'cuda' | null;
  /** Warnings of TensorFlow about a graphics card, such as a missing library. */
  readonly complaints: readonly string[];
  readonly wheels: readonly RecordedWheel[];
  /** Bytes below the folder, set up or planned. */
  readonly bytes: number;
  /** Folder in which downloaded wheels are kept. */
  readonly cache: string;
  /** Bytes of the wheels in it. */
  readonly cacheBytes: number;
  /** Steps of a planned setup in words, in order; else empty. */
  readonly steps: readonly string[];
}
