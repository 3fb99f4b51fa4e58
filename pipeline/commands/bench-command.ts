import { asCalled } from '../command-line/called-as.ts';
import type { Command } from '../command-line/command.ts';
import { flagSpelling } from '../command-line/flag-spelling.ts';
import { textTable } from '../command-line/text-table.ts';
import { counted } from '../../operators/message-words.ts';
import { benchLoader } from '../bench.ts';
import type { LoaderResult, LoaderSpeed } from '../bench-loader/loader-result.ts';
import { percent, shownRate } from '../bench-loader/loading-limit.ts';
import { type LoadingStage, loadingStages } from '../bench-loader/stage-times.ts';
import { type BenchOptions, benchVerb } from '../options/bench-options.ts';
import { spelled } from '../options/spelling.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { runFor } from '../next/after-images.ts';
import { nextStep } from '../next/next-step.ts';
import { trainVerb } from '../options/train-options.ts';

/** `bench loader` on the command line. */
export const benchCommand: Command<BenchOptions, LoaderResult> = {
  verb: benchVerb,
  run: ({ part: _part, ...options }) => benchLoader(options),
  partial: true,
  stopped: () => 'stopped; nothing was measured',
  about: ({ part, data }) => ({ part, data, imagesPerSecond: null, speed: null }),
  lines: (result, { calledAs }) => linesOf(result).map((line) => asCalled(line, calledAs)),
  next: (_result, { options }) => {
    const { data, split, classes, excludeClasses, columns, imageRoot } = options;
    const { imageSize, batchSize, views, augmentation } = options;
    const shape = { imageSize, batchSize, views, augmentation };
    const chosen = { split, classes, excludeClasses, columns, imageRoot };
    const run = { data, ...chosen, ...shape, out: runFor(data) };
    return [nextStep('train on them', trainVerb, run)];
  },
  json: (result, { imageSize, batchSize, views, stepMs }) => ({
    imagesPerSecond: result.speed?.imagesPerSecond ?? null,
    ...result,
    advice: result.advice.map(({ text, options }) => inFlags(text, options)),
    imageSize,
    batchSize,
    views,
    stepMs,
  }),
};

function linesOf(result: LoaderResult): readonly string[] {
  const { speed, firstEpoch, laterEpochs, warmUpBatches, advice } = result;
  const after = `a warm-up of ${counted(warmUpBatches, 'batch', 'batches')}`;
  if (speed === null) return [`stopped in ${after}; nothing was measured`];
  const { images, seconds, limit } = speed;
  return [
    `${shownRate(speed.imagesPerSecond)}: ${counted(images, 'image')} in ${seconds.toFixed(1)} s, after ${after}`,
    ...epochLines(firstEpoch, laterEpochs),
    ...badLines(result),
    '',
    ...stageLines(speed),
    '',
    ...shareLines(speed, result),
    '',
    `limited by ${limit.text}`,
    ...(advice.length === 0 ? [] : ['to change:']),
    ...advice.map(({ text, options }) => `  ${inFlags(text, options)}`),
  ];
}

function inFlags(text: string, options: readonly string[]): string {
  return spelled(text, options, flagSpelling(benchVerb));
}

function epochLines(first: LoaderSpeed | null, later: LoaderSpeed | null): readonly string[] {
  const line = (epochs: string, speed: LoaderSpeed | null): readonly string[] =>
    speed === null
      ? []
      : [`  ${epochs}: ${shownRate(speed.imagesPerSecond)}, limited by ${speed.limit.text}`];
  return first === null && later === null
    ? []
    : [...line('first epoch', first), ...line('later epochs', later)];
}

function badLines({ dataset: { bad, repaired } }: LoaderResult): readonly string[] {
  return [
    ...(bad === 0
      ? []
      : [`${counted(bad, 'image')} could not be used, and ${bad === 1 ? 'was' : 'were'} replaced`]),
    ...(repaired === 0
      ? []
      : [`${counted(repaired, 'image was', 'images were')} used after a repair`]),
  ];
}

const stageNames: Readonly<Record<LoadingStage, string>> = {
  plan: 'planning',
  read: 'reading',
  decode: 'decoding',
  views: 'making views',
  pack: 'packing',
};

function stageLines({ stages }: LoaderSpeed): readonly string[] {
  const rows = loadingStages.map((stage) => {
    const { msPerImage, share } = stages[stage];
    return [stageNames[stage], msPerImage.toFixed(4), percent(share)];
  });
  return textTable([['stage', 'ms an image', 'share'], ...rows]);
}

function shareLines(speed: LoaderSpeed, result: LoaderResult): readonly string[] {
  const { deviceWaitShare, loaderWaitShare, mainThreadShare, coresUsed } = speed;
  const { threads, cores, cache, dataset } = result;
  const kept = `${counted(cache.images)} of ${counted(dataset.images, 'image')}, ${shownBytes(cache.bytes)} of ${shownBytes(cache.maxBytes)}`;
  return textTable(
    [
      ['device waits for batches', percent(deviceWaitShare)],
      ['loader waits for the device', percent(loaderWaitShare)],
      ['main thread busy', percent(mainThreadShare)],
      ['cores in use', `${coresUsed.toFixed(1)} of ${cores}, ${counted(threads, 'thread')}`],
      ['decoded images kept', kept],
    ],
    { heading: false },
  );
}
