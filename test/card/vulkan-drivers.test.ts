import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { vulkanManifests } from './vulkan-drivers.ts';

test('a driver that the loader does not find is told to it', async (t) => {
  const into = await temporaryFolder(t);
  const mounted = 'usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';
  const library = 'usr/lib/x86_64-linux-gnu/libEGL_nvidia.so.0';
  const root = await temporaryFolder(t);
  const write = async (name: string): Promise<void> => {
    await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await fs.writeFile(path.join(root, name), '{}');
  };
  t.deepEqual(await vulkanManifests(into, root, {}), []);
  await write(library);
  const [manifest = '', ...others] = await vulkanManifests(into, root, {});
  t.deepEqual(others, []);
  const written = JSON.parse(await fs.readFile(manifest, 'utf8'));
  t.is(written.ICD.library_path, path.join(root, library));
  await write(mounted);
  t.deepEqual(await vulkanManifests(into, root, {}), [path.join(root, mounted)]);
  // What the loader finds by itself, or was told, is left to it.
  t.deepEqual(await vulkanManifests(into, root, { VK_DRIVER_FILES: 'mine.json' }), []);
  await write('etc/vulkan/icd.d/radeon.json');
  t.deepEqual(await vulkanManifests(into, root, {}), []);
});
