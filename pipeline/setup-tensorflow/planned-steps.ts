import { compileCommand } from './compile-addon.ts';
import { shownBytes } from '../parts/shown-bytes.ts';
import { downloadArguments } from './fetch-wheel.ts';
import type { SetupPlan } from './plan-setup.ts';
import { stagingFolder } from './staging.ts';
import { installCommand } from './tensorflow-home.ts';
import type { WheelSource } from './wheel-sources.ts';

/** Steps of a planned setup in words, in order, with the commands that it would run. */
export function plannedSteps(plan: SetupPlan): readonly string[] {
  const { home, sources, compiler, headers, bytes } = plan;
  const staging = stagingFolder(home.folder);
  const compile = compileCommand(compiler, { packageFolder: home.folder, staging, headers });
  return [
    ...(home.isInstalled ? [] : [`install the package: ${installCommand().join(' ')}`]),
    ...sources.map((source) => stepOf(source, plan)),
    `unpack libraries and headers, ${shownBytes(bytes)}, into ${home.folder}`,
    `compile the addon (${compiler.version}): ${compile.join(' ')}`,
    'verify it in a process of its own, then put it in its place',
  ];
}

function stepOf({ wheel, from, path }: WheelSource, { pip, cache }: SetupPlan): string {
  const what = `${wheel.project} ${wheel.version} (${shownBytes(wheel.bytes)}, ${wheel.license})`;
  if (from !== 'download') return `take ${what} from ${path}`;
  const command = [...(pip?.command ?? ['pip']), ...downloadArguments(wheel, cache)];
  return `download ${what}: ${command.join(' ')}`;
}
