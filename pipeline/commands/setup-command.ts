import type { Command } from '../command-line/command.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { textTable } from '../command-line/text-table.ts';
import { type SetupOptions, setupVerb } from '../options/setup-options.ts';
import { setup } from '../setup.ts';
import type { SetupResult } from '../setup-tensorflow/setup-result.ts';
import { nextStep } from '../next/next-step.ts';
import { demoVerb } from '../options/demo-options.ts';
import { doctorVerb } from '../options/doctor-options.ts';
import { trainVerb } from '../options/train-options.ts';

/** `setup` on the command line. */
export const setupCommand: Command<SetupOptions, SetupResult> = {
  verb: setupVerb,
  run: (options) => setup(options),
  stopped: () => 'stopped; what was set up before stays, and downloaded wheels are kept',
  about: ({ engine }) => ({ engine }),
  lines: (result) => linesOf(result),
  next: ({ state }, { options }) => {
    if (state === 'planned') {
      return [nextStep('do it', setupVerb, { ...options, dryRun: false })];
    }
    if (state === 'removed' || state === 'not set up') {
      return [nextStep('what is used now', doctorVerb, {})];
    }
    const engine = 'tensorflow';
    return [
      nextStep('use it', trainVerb, { data: 'DATA', out: 'RUN', engine }),
      nextStep('try it', demoVerb, { engine }),
    ];
  },
  json: (result) => ({ ...result }),
};

function linesOf(result: SetupResult): readonly string[] {
  const { state, folder, steps } = result;
  if (state === 'planned') return ['would:', ...steps.map((step) => `  ${step}`)];
  if (state === 'removed') {
    return [`took TensorFlow out of ${folder}`, ...cacheLines(result)];
  }
  if (state === 'not set up') return [`nothing was set up in ${folder}`];
  return [
    `${state}: TensorFlow ${result.tensorflow} (${result.variant}), ${shownBytes(result.bytes)} in ${folder}`,
    ...deviceLines(result),
    '',
    ...wheelLines(result),
    '',
    ...licenseLines(result),
    ...cacheLines(result),
  ];
}

/** Where downloaded wheels are, for whoever wants the room back. */
function cacheLines({ cache, cacheBytes }: SetupResult): readonly string[] {
  if (cacheBytes === 0) return [];
  return [`downloaded wheels are kept in ${cache}, ${shownBytes(cacheBytes)}`];
}

function deviceLines({ device, variant, complaints }: SetupResult): readonly string[] {
  if (device === null) return [];
  // What is missing for a card is no news to who has asked for the processor.
  const missing = variant === 'cuda' ? complaints : [];
  const on = device === 'cuda' ? 'on the graphics card' : 'on the processor';
  const why = device === 'cpu' && variant === 'cuda' ? ', because it found no graphics card' : '';
  return [
    `verified: its convolutions, gradients and products equal the reference, ${on}${why}`,
    ...missing.map((complaint) => `  ${complaint}`),
  ];
}

function wheelLines({ wheels }: SetupResult): readonly string[] {
  const rows = wheels.map(({ project, version, bytes, license }) => [
    project,
    version,
    shownBytes(bytes),
    license,
  ]);
  return textTable([['wheel', 'version', 'size', 'license'], ...rows]);
}

function licenseLines({ wheels }: SetupResult): readonly string[] {
  const isProprietary = wheels.some(({ license }) => license !== 'Apache-2.0');
  return isProprietary
    ? [
        "NVIDIA's libraries are under its own license, which you accept by using them: deps/licenses/",
      ]
    : [];
}
