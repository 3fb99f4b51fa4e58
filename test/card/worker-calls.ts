import type { CaseOutcome } from './case-runner.ts';
import type { Side } from './side.ts';
import type { Workload } from './workload.ts';

/** What a process of the check is asked, one at a time. */
export type CardRequest =
  /** The titles of the contract's cases, and of the main ones among them. */
  | { readonly kind: 'cases'; readonly side: Side }
  | { readonly kind: 'case'; readonly side: Side; readonly title: string }
  /** The losses of a tiny training. */
  | { readonly kind: 'training'; readonly side: Side; readonly steps: number }
  /** Writes what both sides of a row read. */
  | { readonly kind: 'inputs'; readonly work: Workload; readonly folder: string }
  | {
      readonly kind: 'time';
      readonly side: Side;
      readonly work: Workload;
      /** Holds what `inputs` wrote. */
      readonly folder: string;
      /** Of repetitions after the first two, which warm up. */
      readonly seconds: number;
    };

/** What a row of the table has of a side. */
export interface Timing {
  readonly ms: readonly number[];
  /** The loss before the first step, or of the vectors; for an inference the first numbers of the first vector. */
  readonly values: readonly number[];
  /** Of a training loop: the share of its time in which no step runs, and images a second. */
  readonly waiting?: number;
  readonly imagesPerSecond?: number;
}

/** The cases of the contract by their titles. */
export interface ContractTitles {
  readonly few: readonly string[];
  readonly all: readonly string[];
}

/** What it answers; `failed` to every request that it could not do. */
export type CardAnswer =
  | { readonly titles: ContractTitles }
  | { readonly outcome: CaseOutcome }
  | { readonly losses: readonly number[] }
  | { readonly written: true }
  | { readonly timing: Timing }
  | { readonly failed: string };
