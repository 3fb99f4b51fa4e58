import type { MutatedKind } from './mutated-kinds.ts';

/** A file to be damaged, and the folder that it is opened with. */
export interface Specimen {
  readonly kind: MutatedKind;
  readonly folder: string;
  /** In the folder. */
  readonly file: string;
}

/** Files, and how many damaged copies of each are opened. */
export interface MutationPlan {
  readonly specimens: readonly Specimen[];
  readonly casesEach: number;
}

/** Memory outside of the heap that opening a file may take, beside the size of the file. */
export const caseBytes: number = 64 * 2 ** 20;
