import { doctor } from '../doctor.ts';
import type { DoctorOptions } from '../options/shared-options.ts';
import { textTable } from '../command-line/text-table.ts';
import type { Outcome } from '../command-line/outcome.ts';

/** `doctor`; fails when something that is needed does not work. */
export async function doctorCommand(options: DoctorOptions): Promise<Outcome> {
  const checks = await doctor(options);
  const broken = checks.filter(({ verdict }) => verdict === 'broken').length;
  const rows = checks.map(({ name, verdict, detail }) => [verdict, name, detail]);
  const last = broken === 0 ? 'everything that is needed works' : `${broken} broken`;
  return {
    exitCode: broken === 0 ? 0 : 1,
    lines: [...textTable(rows, { heading: false }), '', last],
    json: { verb: 'doctor', broken, checks },
  };
}
