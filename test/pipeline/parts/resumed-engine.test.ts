import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resumedEngine } from '../../../pipeline/parts/resumed-engine.ts';
import type { EngineOptions } from '../../../pipeline/options/engine-options.ts';
import type { Resolved } from '../../../pipeline/options/verb.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** What a run that was begun so goes on with, and what is noted. */
async function goingOn(
  t: ExecutionContext,
  begun: object | null,
  given: Partial<Resolved<EngineOptions>> & { readonly resume?: boolean } = {},
): Promise<string> {
  const out = await temporaryFolder(t);
  if (begun !== null) {
    const saved = { format: 'sincere-run', version: 1, hash: '', versions: {}, config: begun };
    await fs.writeFile(path.join(out, 'config.json'), JSON.stringify(saved));
  }
  const notes: string[] = [];
  const options = {
    engine: 'auto',
    device: 'auto',
    threads: 1,
    resume: true,
    ...given,
    out,
  } as const;
  const { engine, device } = await resumedEngine(options, (text) => notes.push(text));
  return [`${engine} ${device}`, ...notes].join('; ');
}

test('auto is what the run was begun with', async (t) => {
  const note = 'going on as the run was begun, with';
  t.is(await goingOn(t, { engine: 'onnx' }), 'onnx cpu');
  const onCard = { engine: 'onnx', device: 'webgpu' };
  t.is(await goingOn(t, onCard), `onnx webgpu; ${note} \`device: webgpu\``);
  t.is(await goingOn(t, onCard, { engine: 'onnx' }), `onnx webgpu; ${note} \`device: webgpu\``);
  const tensorflow = { engine: 'tensorflow', device: 'CUDA' };
  t.is(await goingOn(t, tensorflow), `tensorflow auto; ${note} \`engine: tensorflow\``);
  t.is(await goingOn(t, tensorflow, { engine: 'tensorflow' }), 'tensorflow auto');
  t.is(await goingOn(t, { engine: 'cpu' }), `cpu auto; ${note} \`engine: cpu\``);
});

test('what is named stays, and so does auto where no run was begun', async (t) => {
  const begun = { engine: 'onnx', device: 'webgpu' };
  t.is(await goingOn(t, begun, { engine: 'cpu' }), 'cpu auto');
  t.is(await goingOn(t, begun, { device: 'cuda' }), 'auto cuda');
  t.is(await goingOn(t, begun, { resume: false }), 'auto auto');
  t.is(await goingOn(t, null), 'auto auto');
  t.is(await goingOn(t, { engine: 'of another version' }), 'auto auto');
});
