import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readRun } from '../../../outputs/run/read-run.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('what is no run folder is named as what it is, with what to give instead', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (...names: string[]): string => path.join(folder, ...names);
  await fs.mkdir(at('repository', 'onnx'), { recursive: true });
  await fs.mkdir(at('run', 'checkpoints'), { recursive: true });
  await fs.mkdir(at('empty'));
  await fs.writeFile(at('repository', 'config.json'), '{"model_type":"vit"}');
  await fs.writeFile(at('repository', 'onnx', 'model.onnx'), '');
  await fs.writeFile(at('run', 'config.json'), '{"format":"sincere-run"}');
  await fs.writeFile(at('run', 'checkpoints', 'step-1.safetensors'), '');
  await fs.writeFile(at('weights.safetensors'), '');
  for (const [given, message] of [
    [['absent'], /There is no `.*absent`\. Give the folder of a run/],
    [['weights.safetensors'], /`.*weights\.safetensors` is a file; give the folder of a run/],
    [['run', 'checkpoints', 'step-1.safetensors'], /is a file; give .*: here `.*\/run`/],
    [['repository'], /holds no run: .*To embed .* give its file: `.*\/onnx\/model\.onnx`/],
    [['repository', 'onnx', 'model.onnx'], /model\.onnx` is a file; give the folder/],
    [['weights.safetensors', 'x'], /There is no `/],
    [['empty'], /`.*empty` holds no run.*Make a run with `train`/],
    [['run'], /config\.json` is not the configuration of a run/],
  ] as const) {
    const error = await t.throwsAsync(readRun(at(...given)), { message }, given.join('/'));
    t.notRegex(error.message, /ENOTDIR|ENOENT/);
  }
});
