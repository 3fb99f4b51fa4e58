import { asCalled } from '../command-line/called-as.ts';
import type { Command } from '../command-line/command.ts';
import { flagSpelling } from '../command-line/flag-spelling.ts';
import { textTable } from '../command-line/text-table.ts';
import { doctor, type DoctorCheck } from '../doctor.ts';
import { type DoctorOptions, doctorVerb } from '../options/doctor-options.ts';
import { spelled } from '../options/spelling.ts';
import { nextStep } from '../next/next-step.ts';
import { demoVerb } from '../options/demo-options.ts';

/** `doctor` on the command line; fails when something that is needed does not work. */
export const doctorCommand: Command<DoctorOptions, readonly DoctorCheck[]> = {
  verb: doctorVerb,
  run: (options) => doctor(options),
  stopped: () => 'stopped',
  about: () => ({}),
  lines: (checks, { calledAs }) => {
    const inFlags = (text: string): string =>
      spelled(text, ['engine', 'device'], flagSpelling(doctorVerb));
    const rows = checks.map(({ name, verdict, detail }) => [
      verdict,
      name,
      asCalled(inFlags(detail), calledAs),
    ]);
    const broken = brokenOf(checks);
    const last = broken === 0 ? 'everything that is needed works' : `${broken} broken`;
    return [...textTable(rows, { heading: false }), '', last];
  },
  next: () => [nextStep('see it all at work, in some minutes', demoVerb, {})],
  json: (checks) => ({ broken: brokenOf(checks), checks }),
  failed: (checks) => brokenOf(checks) > 0,
};

function brokenOf(checks: readonly DoctorCheck[]): number {
  return checks.filter(({ verdict }) => verdict === 'broken').length;
}
