import {
  asyncScheduler,
  auditTime,
  connect,
  defer,
  endWith,
  ignoreElements,
  merge,
  takeUntil,
  tap,
} from 'rxjs';
import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import type { RunProgress } from '../parts/run-event.ts';
import type { StatusLine } from './status-line.ts';
import { counted } from '../../operators/message-words.ts';

/** Progress after one emission. */
export type ProgressReading = Omit<RunProgress<unknown>, 'kind' | 'step'>;

/** Options of `showProgress`: what progress is read from, and where it is shown. */
export interface ProgressOptions<T> {
  /** Undefined for an emission that says nothing about progress. */
  readonly readingOf: (value: T) => ProgressReading | undefined;
  readonly status: Pick<StatusLine, 'show' | 'end' | 'rewrites'>;
  /** @default asyncScheduler */
  readonly scheduler?: SchedulerLike | undefined;
}

const rewriteMs = 250;
const printMs = 10_000;

/**
 * Passes everything on unchanged and says how far it is: done and total, rate, share of waiting, time left.
 *
 * On a terminal one line for each part, rewritten at most four times a second; elsewhere a line every ten
 * seconds. The end of a part is always shown, and that of the last one before the output completes.
 * Rates leave out the first emission of a part, which pays for the start.
 */
export function showProgress<T>(options: ProgressOptions<T>): MonoTypeOperatorFunction<T> {
  const { readingOf, status, scheduler = asyncScheduler } = options;
  return (source$) =>
    defer(() => {
      let meter: ProgressMeter | undefined;
      let shown: string | undefined;
      const show = (): void => {
        const line = meter?.line();
        if (line === undefined || line === shown) return;
        shown = line;
        status.show(line);
      };
      const count = (value: T): void => {
        const reading = readingOf(value);
        if (reading === undefined) return;
        if (meter !== undefined && meter.label !== reading.label) {
          show();
          status.end();
          meter = undefined;
        }
        if (meter === undefined) meter = progressMeter(reading, scheduler);
        else meter.add(reading);
      };
      return source$.pipe(
        connect((value$) => {
          const end$ = value$.pipe(ignoreElements(), endWith(undefined));
          const counted$ = value$.pipe(tap({ next: count, complete: show }));
          const shown$ = value$.pipe(
            auditTime(status.rewrites ? rewriteMs : printMs, scheduler),
            takeUntil(end$),
            tap(show),
            ignoreElements(),
          );
          return merge(counted$, shown$);
        }),
      );
    });
}

interface ProgressMeter {
  readonly label: string;
  add(reading: ProgressReading): void;
  line(): string;
}

function progressMeter(first: ProgressReading, scheduler: SchedulerLike): ProgressMeter {
  const firstAt = scheduler.now();
  let lastAt = firstAt;
  let newest = first;
  let busyMs = 0;
  return {
    label: first.label,
    add(reading) {
      lastAt = scheduler.now();
      newest = reading;
      busyMs += reading.busyMs ?? 0;
    },
    line() {
      const { label, done, total, unit, detail } = newest;
      const wallMs = lastAt - firstAt;
      const amount = (newest.amount ?? done) - (first.amount ?? first.done);
      const parts = [label];
      parts.push(total === undefined ? counted(done) : shownShare(done, total));
      // Of one there is no rate.
      if (wallMs > 0 && total !== 1) {
        parts.push(`${shownRate((1000 * amount) / wallMs)} ${unit}/s`);
        if (newest.busyMs !== undefined) parts.push(`waiting ${waitingShare(busyMs, wallMs)} %`);
      }
      if (detail !== undefined) parts.push(detail);
      if (total !== undefined && done > first.done && done < total) {
        parts.push(`${shownDuration(((total - done) * wallMs) / (done - first.done))} left`);
      }
      return parts.join('  ');
    },
  };
}

function shownShare(done: number, total: number): string {
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `${counted(done)}/${counted(total)}  ${percent} %`;
}

/** Time in which the work did not run, in whole percent. */
function waitingShare(busyMs: number, wallMs: number): number {
  return Math.round(100 * Math.max(0, 1 - busyMs / wallMs));
}

function shownRate(rate: number): string {
  return rate >= 100 ? counted(Math.round(rate)) : rate.toPrecision(2);
}

/** Hours, minutes and seconds, such as `1:02:03` or `0:09`. */
function shownDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) parts.unshift(hours);
  return parts
    .map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}
