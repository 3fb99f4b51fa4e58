import test from 'ava';
import {
  adapterKind,
  driverNames,
  evidenceHere,
} from '../../../../operators/engine/onnx/adapter-kind.ts';

const swiftShader = '/usr/lib/chromium/libvk_swiftshader.so';
const llvmpipe = '/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so';
const nvidia = '/usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.550.54.14';
const loader = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1.3.239';

const cases = [
  ['SwiftShader', 'linux', [loader, swiftShader], ['/dev/null'], 'software'],
  ['llvmpipe', 'linux', [loader, llvmpipe], [], 'software'],
  ['NVIDIA', 'linux', [loader, nvidia], ['/dev/null', '/dev/nvidia0'], 'hardware'],
  ['a card of the kernel', 'linux', [loader], ['/dev/dri/renderD128'], 'hardware'],
  ['Windows below', 'linux', [loader], ['/dev/dxg'], 'hardware'],
  ['a card beside llvmpipe', 'linux', [llvmpipe, nvidia], ['/dev/nvidia0'], 'unknown'],
  ['the control file of NVIDIA alone', 'linux', [loader], ['/dev/nvidiactl'], 'unknown'],
  ['nothing', 'linux', [], [], 'unknown'],
  ['Metal', 'darwin', [], [], 'hardware'],
  ['Direct3D, which has WARP too', 'win32', [], [], 'unknown'],
] as const;

for (const [what, platform, libraries, devices, kind] of cases) {
  test(`${what} on ${platform} is ${kind}`, (t) => {
    t.is(adapterKind({ platform, libraries, devices }), kind);
  });
}

test('drivers go by the names of their files, the loader is none', (t) => {
  const libraries = [loader, nvidia, swiftShader, nvidia, '/usr/lib/libc.so.6'];
  const names = driverNames({ platform: 'linux', libraries, devices: [] });
  t.deepEqual(names, ['libGLX_nvidia.so.550.54.14', 'libvk_swiftshader.so']);
});

test('this process has no adapter open, and on Linux it knows its libraries', (t) => {
  const evidence = evidenceHere();
  t.not(adapterKind({ ...evidence, platform: 'linux' }), 'hardware');
  t.deepEqual(driverNames(evidence), []);
  if (process.platform === 'linux') t.true(evidence.libraries.length > 0);
});
