import type { SetupOptions } from '../options/setup-options.ts';
import type { Resolved } from '../options/verb.ts';
import { checkMachine } from './check-machine.ts';
import { chooseVariant, cudaObstacle } from './choose-variant.ts';
import { type GivenWheels, openGivenWheels } from './open-wheels.ts';
import { type Machine, type TensorflowVariant, usableWheels } from './pinned-wheels.ts';
import type { SetupContext } from './setup-context.ts';
import { isWhole, readRecord, type SetupRecord } from './setup-record.ts';
import type { TensorflowHome } from './tensorflow-home.ts';

/** A setup that was chosen for this machine. */
export interface ChosenSetup {
  readonly home: TensorflowHome;
  readonly variant: TensorflowVariant;
  readonly machine: Machine;
  /** Wheels that were given, open. */
  readonly given: GivenWheels;
  /** Record of an earlier setup of this variant, all of whose files are there. */
  readonly before: SetupRecord | undefined;
  /** Variant of an earlier setup, whole or not. */
  readonly placed: TensorflowVariant | undefined;
}

/**
 * Chooses what to set up on this machine, and opens the wheels that were given.
 *
 * @throws {PipelineError} `ERR_CONFIG` for a machine without wheels; what `openGivenWheels` throws.
 */
export async function chooseSetup(
  { cpu, cuda, wheel }: Resolved<SetupOptions>,
  home: TensorflowHome,
  { keep, note, tools }: SetupContext,
): Promise<ChosenSetup> {
  const system = tools.system();
  const asked: TensorflowVariant | undefined = cuda ? 'cuda' : cpu ? 'cpu' : undefined;
  const machine = checkMachine(system, asked ?? 'cpu');
  const usable = usableWheels(tools.wheelsOf, asked, machine);
  const given = await openGivenWheels(wheel ?? [], usable, keep);
  const record = await readRecord(home.folder, note);
  const { variant, because } = await chooseVariant({
    asked,
    before: record?.variant,
    given,
    obstacle: async () => cudaObstacle(await tools.findDriver(), machine),
  });
  if (because !== undefined) {
    note(`Sets up \`${variant}: true\`, because ${because}.`, ['cpu', 'cuda']);
  }
  const isKept = record?.variant === variant && (await isWhole(home.folder, record));
  const before = isKept ? record : undefined;
  return { home, variant, machine, given, before, placed: record?.variant };
}
