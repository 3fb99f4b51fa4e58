import type { Entry } from './folder-entries.ts';

/** Files of one kind that a listing leaves out. */
export interface LeftOutFiles {
  readonly count: number;
  /** Path of the first one by name, below the folder that was opened. */
  readonly example: string;
}

/** What a listing of images leaves out, as far as a person may miss it. */
export interface LeftOut {
  /** Files whose names do not end as those of images do, by their ending; '' is none. */
  readonly others: ReadonlyMap<string, LeftOutFiles>;
  /** The same files by class, for the classes that have some. */
  readonly othersOf: ReadonlyMap<string, number>;
  /** Images beside class folders. */
  readonly beside: LeftOutFiles | undefined;
  /** Folders of our own results. */
  readonly results: readonly string[];
  /** Folders that a path goes through already. */
  readonly loops: readonly string[];
  /** Folders whose names are not UTF-8, with the number of files below them. */
  readonly rawFolders: ReadonlyMap<string, number>;
  /** Hidden entries, and those that systems leave behind. */
  readonly system: number;
}

/** A `LeftOut` that grows while folders are listed. */
export interface LeftOutTally extends LeftOut {
  /** Adds a file without the ending of an image; `below` is its class, or undefined beside the classes. */
  other(id: string, below?: string): void;
  system: number;
  beside: LeftOutFiles | undefined;
  readonly results: string[];
  readonly loops: string[];
  readonly rawFolders: Map<string, number>;
}

/** Endings that are told apart; `.jpg?w=300` and the like may be as many as there are files. */
const mostEndings = 50;

/** An empty tally. */
export function leftOutTally(): LeftOutTally {
  const others = new Map<string, LeftOutFiles>();
  const othersOf = new Map<string, number>();
  return {
    others,
    othersOf,
    beside: undefined,
    results: [],
    loops: [],
    rawFolders: new Map(),
    system: 0,
    other(id, below) {
      const own = endingOf(id);
      const ending = others.has(own) || others.size < mostEndings ? own : '…';
      const known = others.get(ending);
      // The first by name, in whatever order the disk lists them.
      const example = known === undefined || id < known.example ? id : known.example;
      others.set(ending, { count: (known?.count ?? 0) + 1, example });
      if (below !== undefined) othersOf.set(below, (othersOf.get(below) ?? 0) + 1);
    },
  };
}

/** Number of entries that were left out, those included that nobody misses. */
export function leftOutCount(leftOut: LeftOut): number {
  const { others, beside, results, loops, rawFolders, system } = leftOut;
  let count = system + results.length + loops.length + rawFolders.size + (beside?.count ?? 0);
  for (const files of others.values()) count += files.count;
  return count;
}

/** Ending of a file name, its point included, in lower case; '' without one. */
function endingOf(id: string): string {
  const name = id.slice(id.lastIndexOf('/') + 1);
  const point = name.lastIndexOf('.');
  return point <= 0 ? '' : name.slice(point).toLowerCase();
}

/** Tests whether a folder holds results of this program: a run, an export, an evaluation, and no images. */
export function isResultFolder(entries: readonly Entry[]): boolean {
  const names = new Set(entries.map(({ name }) => name));
  const hasImages = entries.some(({ kind }) => kind === 'image');
  if (hasImages) return false;
  const isExport =
    names.has('manifest.json') &&
    entries.some(({ name }) => /^part-\d+\.arrow(?:$|\.)/u.test(name));
  const isRun = names.has('config.json') && names.has('metrics.arrows');
  return isExport || isRun || names.has('evaluation.arrow') || names.has('transfer.arrow');
}
