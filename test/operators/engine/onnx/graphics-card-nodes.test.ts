import test from 'ava';
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  hasNvidiaDriver,
  mayHaveGraphicsCard,
} from '../../../../operators/engine/onnx/graphics-card-nodes.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test('a card may be where Linux shows one, and on every other system', async (t) => {
  const root = await temporaryFolder(t);
  t.false(mayHaveGraphicsCard(root, 'linux'));
  t.true(mayHaveGraphicsCard(root, 'darwin'));
  await fs.mkdir(path.join(root, 'dev/dri'), { recursive: true });
  t.true(mayHaveGraphicsCard(root, 'linux'));
  t.false(hasNvidiaDriver(root));
  await fs.writeFile(path.join(root, 'dev/nvidiactl'), '');
  t.true(hasNvidiaDriver(root));
});
