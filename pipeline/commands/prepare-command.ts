import { counted } from '../../operators/message-words.ts';
import type { RowsWritten } from '../../outputs/exports/write-rows.ts';
import { withChosenShard } from '../command-line/choose-shard.ts';
import type { Command } from '../command-line/command.ts';
import { textTable } from '../command-line/text-table.ts';
import { type PrepareOptions, prepareVerb } from '../options/prepare-options.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import type { PrepareResult } from '../parts/tell-prepared.ts';
import { prepare } from '../prepare.ts';
import { afterPrepared } from '../next/after-prepared.ts';
import { finalizeStep } from '../next/finalize-step.ts';

/** `prepare` on the command line, with the shard that the environment says where the options say none. */
export const prepareCommand: Command<PrepareOptions, PrepareResult, RowsWritten> = {
  verb: prepareVerb,
  run: prepare,
  resumable: true,
  prepare: withChosenShard,
  stopped: ({ out }, last) =>
    last === undefined
      ? `stopped before the first batch; what ${out} held before stays`
      : `stopped; at least ${counted(last.kept ?? 0, 'image is', 'images are')} kept in ${out}`,
  about: ({ out, shard }) => ({ out, shard }),
  lines: (result, { options, interrupted }) => [
    `${outcome(result, options, interrupted)}${leftOut(result)}`,
    ...(result.unchanged || result.rows === 0 ? [] : savingLines(result)),
  ],
  next: ({ out }, { options }) =>
    options.shard === null ? afterPrepared(out, options) : [finalizeStep(out)],
  json: ({ out: _out, badVectors: _none, ...result }) => ({ ...result }),
};

function outcome(
  { out, rows, bad, written, recovered, finished, unchanged }: PrepareResult,
  { shard }: Pick<PrepareOptions, 'shard'>,
  interrupted: boolean,
): string {
  if (unchanged) {
    const others =
      bad === 0 ? '' : `, ${counted(bad)} left out; try them again with \`--retry-bad\``;
    const what =
      typeof shard === 'string' ? `shard ${shard} of the prepared dataset` : 'the prepared dataset';
    return `nothing to do: ${what} in ${out} is finished (${counted(rows, 'image')}${others})`;
  }
  if (interrupted && !finished) {
    return `stopped: ${counted(rows, 'image is', 'images are')} kept in ${out}`;
  }
  const before = written === rows ? '' : `, which holds ${counted(rows)}`;
  const again =
    recovered === 0
      ? ''
      : `; ${counted(recovered, 'image that was left out is', 'images that were left out are')} in it now`;
  return `prepared ${counted(written, 'image')} in ${out}${before}${again}`;
}

function leftOut({ bad, repaired, unchanged }: PrepareResult): string {
  if (unchanged || bad + repaired === 0) return '';
  const parts = [
    ...(bad === 0 ? [] : [`${counted(bad, 'image')} could not be read`]),
    ...(repaired === 0 ? [] : [`${counted(repaired, 'image was', 'images were')} repaired`]),
  ];
  return `; ${parts.join(', ')}, see quarantine.arrow`;
}

/** Savings: bytes, and where it was measured, images a second. */
function savingLines({ sourceBytes, bytes, savings, rows }: PrepareResult): readonly string[] {
  const table = [
    ['', 'files', 'prepared'],
    ['bytes', shownBytes(sourceBytes), shownBytes(bytes)],
  ];
  if (savings === null) return textTable(table);
  const { images, sourcePerSecond, preparedPerSecond, savedSecondsPerEpoch: saved } = savings;
  const rate = (value: number): string => counted(Number(value.toPrecision(3)));
  table.push(['images/s', rate(sourcePerSecond), rate(preparedPerSecond)]);
  const seconds = `${counted(Number(Math.abs(saved).toPrecision(2)))} s`;
  return [
    ...textTable(table),
    `reading and decoding, measured on ${counted(images, 'image')}: an epoch of ${counted(rows)} takes ${seconds} ${saved < 0 ? 'more' : 'less'}`,
  ];
}
