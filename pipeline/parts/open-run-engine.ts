import { openEngine } from '../../operators/engine/open-engine.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { EngineOptions } from '../options/engine-options.ts';
import type { Resolved } from '../options/verb.ts';
import type { TellNote } from './run-event.ts';

/**
 * Opens the engine of a run, for as long as its scope lasts. Tells what `auto` took where that is not the first thing
 * that was meant to work, or not the processor: nobody is to find out by its speed.
 *
 * @param models Whether ONNX files are to be opened.
 * @throws {PipelineError} `ERR_ENGINE`.
 */
export async function openRunEngine(
  scope: RunScope,
  { engine: choice, device, threads }: Resolved<EngineOptions>,
  note: TellNote,
  models = false,
): Promise<Engine> {
  const engine = scope.use(
    await openEngine(choice, {
      threads: threads ?? undefined,
      device,
      models,
      announce: (text) => note(text, ['engine', 'device']),
    }),
  );
  const broken = (engine.rejected ?? []).filter(({ broken }) => broken);
  for (const { title, reason } of broken)
    note(`not taken: ${title}. ${reason}`, ['engine', 'device']);
  const onProcessor = engine.device.startsWith('cpu');
  const isChosen = choice === 'auto' || engine.rejected !== undefined;
  if (isChosen && (broken.length > 0 || !onProcessor)) {
    note(`computing with ${engine.name} (${engine.device})`);
  }
  return engine;
}
