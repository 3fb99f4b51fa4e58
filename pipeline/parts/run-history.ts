import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { isRun } from '../../outputs/run/not-a-run.ts';
import { readSamples, type SampleHistory } from '../../outputs/run/read-samples.ts';
import { samplesName } from '../../outputs/run/samples-columns.ts';
import { configName, isSavedConfig } from '../../outputs/run/saved-config.ts';
import { type SuspectsOptions, suspectsVerb } from '../options/suspects-options.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Resolved } from '../options/verb.ts';

/** True for the folder of a run; what is wrong with any other is found by whoever opens it as vectors. */
export async function isRunFolder(location: string): Promise<boolean> {
  if (schemeOf(location) !== null || !(await isRun(location))) return false;
  return isSavedConfig((await readJsonObject(path.join(location, configName))) ?? {});
}

/** Options that a run has a use for, or that only say how fast it goes. */
const ofRuns: ReadonlySet<string> = new Set<keyof SuspectsOptions>(['set', 'out', 'threads']);

/**
 * Checks that a run recorded its images, and that nothing is asked of it that only vectors have.
 *
 * @throws {UsageError} Naming the options, where they are not as by default. @throws {PipelineError} `ERR_CONFIG`.
 */
export async function checkHistory(options: Resolved<SuspectsOptions>): Promise<void> {
  const { set } = options;
  const given = suspectsVerb.fields.filter(
    ({ key, defaultValue }) =>
      !ofRuns.has(key) && options[key as keyof SuspectsOptions] !== defaultValue,
  );
  if (given.length > 0) {
    const names = given.map(({ key }) => key);
    throw new UsageError(
      `Expected ${names.map((name) => `\`${name}\``).join(', ')} to be absent with a run as \`set\`, whose labels ` +
        'are judged by what it recorded; give the vectors that `embed` wrote instead',
      { options: [...names, 'set'] },
    );
  }
  if (!(await isThere(path.join(set, samplesName)))) throw withoutSamples(set);
}

/** What a run recorded of its images. @throws {PipelineError} `ERR_FORMAT` when it knew no classes, or the file is damaged. */
export async function readHistory(run: string): Promise<SampleHistory> {
  const history = await readSamples(run);
  if (history.labels.every((label) => label < 0)) throw withoutClasses(run);
  return history;
}

function withoutSamples(run: string): PipelineError {
  return new PipelineError(
    'ERR_CONFIG',
    `\`${run}\` is a run that recorded nothing of its images. Train with \`samples: true\`, or give the vectors that ` +
      '`embed` writes.',
    { path: run, options: ['samples', 'set'] },
  );
}

function withoutClasses(run: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${run}\` was trained without classes: there is no label to check. Give vectors with labels.`,
    { path: run },
  );
}
