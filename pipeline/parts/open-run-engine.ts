import { openEngine } from '../../operators/engine/open-engine.ts';
import type { Engine } from '../../operators/engine/seam/engine.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { DeviceChoice, EngineChoice } from '../options/shared-options.ts';
import type { RunListener } from './run-listener.ts';

/** Which engine a run computes with. */
export interface RunEngineOptions {
  readonly engine: EngineChoice;
  readonly device: DeviceChoice;
  readonly threads: number | null;
}

/**
 * Opens the engine of a run, for as long as its scope lasts. Tells what `auto` took where that is not the first thing
 * that was meant to work, or not the processor: nobody is to find out by its speed.
 *
 * @param models Whether ONNX files are to be opened.
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openRunEngine(
  scope: RunScope,
  { engine: choice, device, threads }: RunEngineOptions,
  listener: RunListener = {},
  models = false,
): Promise<Engine> {
  const engine = scope.use(
    await openEngine(choice, { threads: threads ?? undefined, device, models }),
  );
  const broken = (engine.passedOver ?? []).filter(({ broken }) => broken);
  for (const { title, reason } of broken) listener.note?.(`not taken: ${title}. ${reason}`);
  const onProcessor = engine.device.startsWith('cpu');
  const isChosen = choice === 'auto' || engine.passedOver !== undefined;
  if (isChosen && (broken.length > 0 || !onProcessor)) {
    listener.note?.(`computing with ${engine.name} (${engine.device})`);
  }
  return engine;
}
