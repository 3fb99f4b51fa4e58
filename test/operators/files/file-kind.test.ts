import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { kindInstead, mistakenKind } from '../../../operators/files/file-kind.ts';
import { openFileWindow } from '../../../operators/files/file-window.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('the way to a model is told only where a model was meant', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.onnx');
  await fs.writeFile(file, Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  const window = await openFileWindow(file);
  t.teardown(() => window.close());
  t.is(await mistakenKind(window), 'a PNG image: give the model itself');
  t.is(await kindInstead(file, 'something else'), 'a PNG image');
});

test('a download that did not happen is told whatever was meant', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.arrow');
  await fs.writeFile(file, '<!doctype html><html>');
  t.regex(await kindInstead(file, 'something else'), /^an HTML page, .*: download it again/u);
  await fs.writeFile(file, 'neither');
  t.is(await kindInstead(file, 'something else'), 'something else');
});
