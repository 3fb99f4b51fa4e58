import { counted } from '../../operators/message-words.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import type { LoadingTotals } from './loading-meter.ts';
import {
  hardlyWaits,
  type LoadingLimit,
  loadingLimit,
  percent,
  rateOf,
  shownMs,
  shownRate,
  threadsBusy,
  workShare,
} from './loading-limit.ts';
import type { LoadingPhases } from './loading-phases.ts';

/** Something that would make loading faster, and by how much as far as that follows from what was measured. */
export interface LoadingAdvice {
  readonly text: string;
  /** Options of the library that the text names, each in backticks. */
  readonly options: readonly string[];
}

/** Circumstances of a measurement. */
export interface LoadingSetup {
  readonly stepMs: number;
  readonly batchSize: number;
  readonly prefetch: number;
  readonly threads: number;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Images of the dataset. */
  readonly images: number;
  /** Decoded images that were kept, and the most bytes of them. */
  readonly cache: { readonly count: number; readonly bytes: number; readonly maxBytes: number };
  /** Bytes of memory that are free beside them. */
  readonly freeBytes: number;
  /** The images come from `prepare` already. */
  readonly isPrepared: boolean;
  /** Pixels of a typical image in its file; undefined when not known. */
  readonly filePixels: number | undefined;
  /** Shorter side to which larger images are shrunk while they are decoded. */
  readonly shrinkTo: number;
}

/** One measurement with what limited it. */
interface Measured {
  readonly totals: LoadingTotals;
  readonly limit: LoadingLimit;
  readonly setup: LoadingSetup;
  readonly phases: LoadingPhases;
}

/** What would be gained is told from this share of the threads' time on. */
const worthwhile = 0.15;

/** Share of the cores that counts as all of them: other programs run beside. */
const allCores = 0.8;

/** Advice on faster loading, what gains most first. Empty when nothing was measured. */
export function loadingAdvice(
  phases: LoadingPhases,
  setup: LoadingSetup,
): readonly LoadingAdvice[] {
  // A training run is made of later epochs, where there were any.
  const totals = phases.later ?? phases.first ?? phases.all;
  if (totals === null) return [];
  const measured = { totals, limit: loadingLimit(totals, setup), setup, phases };
  return rules.flatMap((rule) => rule(measured) ?? []);
}

const rules: readonly ((measured: Measured) => LoadingAdvice | undefined)[] = [
  enough,
  morePrefetch,
  mainThread,
  otherPrograms,
  largerCache,
  prepared,
  preparedSmaller,
  moreThreads,
  moreCores,
  longerMeasurement,
];

function enough({ limit, totals }: Measured): LoadingAdvice | undefined {
  if (limit.by !== 'device') return undefined;
  const { images, wallMs, loaderWaitMs } = totals;
  const alone = shownRate((1000 * images) / Math.max(wallMs - loaderWaitMs, 1));
  const text = `nothing: the loader keeps up with the device, and alone would make about ${alone}`;
  return { text, options: [] };
}

function morePrefetch({ limit, totals, setup }: Measured): LoadingAdvice | undefined {
  const { wallMs, deviceWaitMs, loaderWaitMs } = totals;
  const bothWait = Math.min(deviceWaitMs, loaderWaitMs) / wallMs > hardlyWaits;
  if (setup.stepMs === 0 || limit.by === 'device' || !bothWait) return undefined;
  return {
    text:
      `raise \`prefetch\` to ${2 * setup.prefetch}: the device waits ${percent(deviceWaitMs / wallMs)} of the time and ` +
      `the loader ${percent(loaderWaitMs / wallMs)}, because batches take unequally long`,
    options: ['prefetch'],
  };
}

function mainThread({ limit, totals }: Measured): LoadingAdvice | undefined {
  if (limit.by !== 'mainThread') return undefined;
  const each = totals.mainMs / totals.images;
  return {
    text:
      `no option: planning and collecting take ${shownMs(each)} an image on one thread, so ` +
      `${shownRate(1000 / each)} are the most`,
    options: [],
  };
}

/** Threads that have work all the time and get less of the cores than there are share these with others. */
function otherPrograms({ totals, setup, limit }: Measured): LoadingAdvice | undefined {
  const { threads, cores } = setup;
  const busy = threadsBusy(totals, threads);
  const used = totals.cpuMs / totals.wallMs;
  const most = Math.min(threads, cores);
  const isShared = busy >= 0.7 && used < 0.7 * most * busy;
  if (!isThreads(limit) || limit.by === 'read' || !isShared) return undefined;
  return {
    text:
      `stop other programs: the threads had work ${percent(busy)} of the time, and got ${shownCores(used)} of ` +
      counted(most, 'core'),
    options: [],
  };
}

/** Images a second without some share of the threads' work; the main thread sets an end to it. */
function rateWithout(totals: LoadingTotals, share: number): number {
  const most = (1000 * totals.images) / totals.mainMs;
  return Math.max(rateOf(totals), Math.min(most, rateOf(totals) / (1 - share)));
}

function largerCache({ limit, totals, setup }: Measured): LoadingAdvice | undefined {
  const share = workShare(totals, 'read') + workShare(totals, 'decode');
  if (!isThreads(limit) || share < worthwhile) return undefined;
  const { cache, images, freeBytes } = setup;
  if (cache.maxBytes === 0) {
    const text = `give \`cacheMb\`: reading and decoding, ${percent(share)} of the threads' time, would be saved for images that fit`;
    return { text, options: ['cacheMb'] };
  }
  if (cache.count === 0) return undefined;
  const needed = Math.ceil((1.02 * images * cache.bytes) / cache.count / 1e6);
  if (needed * 1e6 <= cache.maxBytes || needed * 1e6 > (freeBytes + cache.bytes) / 2) {
    return undefined;
  }
  return {
    text:
      `raise \`cacheMb\` to ${needed} so that all ${counted(images, 'image')} stay decoded: from the second epoch on about ` +
      shownRate(rateWithout(totals, share)),
    options: ['cacheMb'],
  };
}

/** Largest decoded image, in bytes, that is stored as it is: larger ones are read no faster than they are decoded. */
const smallBytes = 2 ** 16;

/** Small images can be kept decoded on the disk, also for the first epoch and for other runs. */
function prepared({ phases, setup }: Measured): LoadingAdvice | undefined {
  const { cache, images, isPrepared } = setup;
  const totals = phases.first ?? phases.all;
  if (totals === null || isPrepared || cache.count === 0) return undefined;
  const each = cache.bytes / cache.count;
  const share = workShare(totals, 'decode');
  if (!isThreads(loadingLimit(totals, setup)) || share < worthwhile || each > smallBytes) {
    return undefined;
  }
  return {
    text:
      `\`sincere prepare\` once, which takes ${shownBytes(images * each)} on the disk: it saves decoding, ${percent(share)} of the ` +
      `threads' time, from the first epoch on: about ${shownRate(rateWithout(totals, share))}`,
    options: [],
  };
}

/** How many times as many pixels as are kept a file has, from which on it pays to store only those. */
const muchLarger = 2;

/** Large images can be kept shrunk on the disk. How much that saves is not told, for decoders shrink while they decode. */
function preparedSmaller({ phases, setup }: Measured): LoadingAdvice | undefined {
  const { cache, isPrepared, filePixels, shrinkTo } = setup;
  const totals = phases.first ?? phases.all;
  if (totals === null || isPrepared || cache.count === 0 || filePixels === undefined) {
    return undefined;
  }
  const kept = cache.bytes / cache.count / 3;
  const share = workShare(totals, 'decode');
  const isLarge = 3 * kept > smallBytes && filePixels >= muchLarger * kept;
  if (!isThreads(loadingLimit(totals, setup)) || share < worthwhile || !isLarge) return undefined;
  return {
    text:
      `\`sincere prepare --as jpeg --shrink-to ${shrinkTo}\` once: files of some ${shownMegapixels(filePixels)} million pixels are ` +
      `shrunk to ${shownMegapixels(kept)} by decoding, ${percent(share)} of the threads' time; at its end it says what is saved`,
    options: [],
  };
}

function shownMegapixels(pixels: number): string {
  return String(Number((pixels / 1e6).toPrecision(2)));
}

function isThreads({ by }: LoadingLimit): boolean {
  return by === 'read' || by === 'decode' || by === 'views';
}

function moreThreads({ limit, totals, setup }: Measured): LoadingAdvice | undefined {
  const { threads, cores } = setup;
  const used = totals.cpuMs / totals.wallMs;
  if (!isThreads(limit) || used >= allCores * cores) return undefined;
  if (threads >= cores && limit.by !== 'read') return undefined;
  // Threads that wait for a store leave cores to others.
  const wanted = limit.by === 'read' ? Math.ceil((threads * cores) / used) : cores;
  const text = `raise \`threads\` to ${Math.min(wanted, 4 * cores)}: ${shownCores(used)} of ${counted(cores, 'core')} are in use`;
  return { text, options: ['threads'] };
}

function moreCores({ limit, totals, setup }: Measured): LoadingAdvice | undefined {
  const { cores, stepMs, batchSize } = setup;
  const { cpuMs, wallMs, images } = totals;
  if (!isThreads(limit) || cpuMs / wallMs < allCores * cores) return undefined;
  const ofOne = (1000 * images) / cpuMs;
  if (stepMs === 0)
    return { text: `more cores: each makes about ${shownRate(ofOne)}`, options: [] };
  const demand = (1000 * batchSize) / stepMs;
  const text = `more cores: ${shownCores(demand / ofOne)} are needed for ${shownRate(demand)}, which the device takes`;
  return { text, options: [] };
}

function shownCores(cores: number): string {
  return cores.toFixed(1);
}

/** Later epochs may be many times as fast as the first: what was not reached is told. */
function longerMeasurement({ phases, setup }: Measured): LoadingAdvice | undefined {
  const { first, later } = phases;
  if (first === null || later !== null || setup.cache.maxBytes === 0) return undefined;
  const seconds = setup.images / rateOf(first);
  return {
    text:
      `measure longer to see epochs that find images in the cache: the first takes about ${counted(Math.ceil(seconds))} s; ` +
      `give \`seconds: ${Math.ceil(1.5 * seconds + 5)}\`, or fewer images with \`limit\``,
    options: ['seconds', 'limit'],
  };
}
