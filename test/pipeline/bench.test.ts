import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom, tap } from 'rxjs';
import { benchLoader } from '../../pipeline/bench.ts';
import type { LoaderResult, LoaderSpeed } from '../../pipeline/bench-loader/loader-result.ts';
import { benchVerb } from '../../pipeline/options/bench-options.ts';
import { UsageError } from '../../pipeline/options/usage-error.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const data = 'synthetic:shapes?count=40&size=16';
const small = { data, batchSize: 8, imageSize: 16, prefetch: 2 };
const command = ['bench', 'loader', data, '--batch-size', '8', '--image-size', '16'];

test('a measurement is as long as it was asked to be, or ten seconds', (t) => {
  const resolved = (given: object) =>
    resolveOptions(benchVerb, { part: 'loader', data: 'photos', ...given });
  t.like(resolved({}), { seconds: 10, batches: null, stepMs: 0, views: 2 });
  t.like(resolved({ batches: 5 }), { seconds: null, batches: 5 });
  t.throws(() => resolved({ batches: 5, seconds: 5 }), {
    instanceOf: UsageError,
    message: 'Expected `batches` to be absent when `seconds` is given, got `5`',
  });
  t.throws(() => resolved({ part: 'engine' }), { message: /`part` to be `loader`, got `engine`/u });
  t.throws(() => resolved({ seconds: 0 }), { message: /`seconds` to be a number above 0/u });
  t.throws(() => resolved({ stepMs: -1 }), { message: /`stepMs` to be a number of at least 0/u });
});

/** What holds of the speed of anything. */
function checkSpeed(t: ExecutionContext, speed: LoaderSpeed | null): void {
  t.truthy(speed);
  const { imagesPerSecond, images, seconds, stages, ...rest } = speed!;
  t.true(Math.abs(imagesPerSecond * seconds - images) < 1e-6 * images);
  const shares = Object.values(stages).map(({ share }) => share);
  t.true(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  for (const name of ['deviceWaitShare', 'loaderWaitShare', 'mainThreadShare'] as const) {
    t.true(rest[name] >= 0 && rest[name] <= 1, name);
  }
}

test('so many batches are measured after the warm-up, the first epoch apart', async (t) => {
  const result = await benchLoader({ ...small, batches: 9 });
  checkSpeed(t, result.speed);
  checkSpeed(t, result.firstEpoch);
  checkSpeed(t, result.laterEpochs);
  t.like(result, { warmUpBatches: 3, speed: { batches: 9, images: 72 } });
  t.is(result.firstEpoch?.batches, 2); // of five, three warmed up
  t.like(result.dataset, { images: 40, bad: 0, repaired: 0 });
  const warm = await benchLoader({ ...small, batches: 3, warmUp: 9 });
  t.like(warm, { warmUpBatches: 9, firstEpoch: null, speed: { batches: 3 } });
  t.true(result.cache.images === 40 && result.cache.bytes >= 40 * 16 * 16 * 3);
});

test('images without classes are loaded like others, and bad ones are counted', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImageTree(folder, [16]);
  const flat = path.join(folder, 'a');
  await fs.writeFile(path.join(flat, 'broken.png'), 'none');
  const { dataset, speed } = await benchLoader({ ...small, data: flat, batches: 4 });
  t.is(dataset.bad, 1);
  t.is(speed?.batches, 4);
});

test('a run that is stopped tells what it has measured by then', async (t) => {
  const run = benchLoader({ ...small, seconds: 1000 });
  let result: LoaderResult | undefined;
  const follow = tap((event: { kind: string; label?: string; result?: LoaderResult }) => {
    if (event.label === 'load') run.stop();
    if (event.kind === 'result') result = event.result;
  });
  await lastValueFrom(run.output$.pipe(follow));
  t.truthy(result?.speed);
});

test('progress says how far warm-up and measurement are', async (t) => {
  const told = new Set<string>();
  await lastValueFrom(
    benchLoader({ ...small, batches: 2, warmUp: 2 }).output$.pipe(
      tap((event) => {
        if (event.kind !== 'progress') return;
        told.add(`${event.label} ${event.done}/${event.total}`);
      }),
    ),
  );
  // Batches that were in flight at the end are not measured.
  t.deepEqual([...told], ['warm-up 1/2', 'warm-up 2/2', 'load 1/2', 'load 2/2']);
});

test('what is measured is told before it begins', async (t) => {
  t.true(
    (await notesOf(benchLoader({ ...small, batches: 1, stepMs: 1 }))).includes(
      'measuring 1 batch after a warm-up of 3 batches, each of 8 images with 2 views of 16 px, ' +
        'for a device that takes 1 ms a batch',
    ),
  );
});

test('on the command line a table says what limits, and JSON has the same names ever', async (t) => {
  const { exitCode, stdout } = await runCommandLine([...command, '--batches', '6']);
  t.is(exitCode, 0);
  t.regex(stdout, /^[\d,.]+ images\/s: 48 images in [\d.]+ s, after a warm-up of 4 batches\n/u);
  t.regex(stdout, /^decoding +[\d.]+ +\d+ %$/mu);
  t.regex(stdout, /^limited by \w+/mu);
  const json = await runCommandLine([...command, '--batches', '6', '--json']);
  const { speed, ...about } = JSON.parse(json.stdout) as Record<string, object>;
  t.deepEqual(Object.keys(about).toSorted(), jsonKeys);
  t.deepEqual(Object.keys(speed!).toSorted(), speedKeys);
});

const jsonKeys = [
  'advice batchSize cache cores data dataset firstEpoch imageSize imagesPerSecond interrupted',
  'laterEpochs part stepMs threads verb views warmUpBatches',
].flatMap((names) => names.split(' '));

const speedKeys = [
  'batches coresUsed deviceWaitShare images imagesPerSecond limit loaderWaitShare',
  'mainThreadShare seconds stages store',
].flatMap((names) => names.split(' '));

test('Ctrl-C ends a measurement gently, and tells what was measured', async (t) => {
  let isPressed = false;
  const { exitCode, stdout, stderr } = await runCommandLine([...command, '--seconds', '1000'], {
    onStatus(terminal) {
      if (!isPressed) terminal.emit('SIGINT', 'SIGINT');
      isPressed = true;
    },
  });
  t.is(exitCode, 130);
  t.regex(stderr, /finishing what is in flight; once more to stop at once/u);
  t.regex(stdout, /images\/s|stopped in a warm-up of 4 batches; nothing was measured/u);
});

test('a folder where the part belongs is told', async (t) => {
  const { exitCode, stderr } = await runCommandLine(['bench', 'photos']);
  t.is(exitCode, 2);
  t.regex(stderr, /Expected `PART` to be `loader`, got `photos`/u);
});
