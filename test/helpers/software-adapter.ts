import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where `.ci/software-adapter` puts it. */
const manifest = path.resolve('node_modules/.cache/software-adapter/vk_swiftshader_icd.json');

/**
 * Makes the software adapter the only Vulkan driver of this process; the driver is read when the first session on
 * WebGPU is created.
 *
 * @returns Why there is none; undefined when there is one.
 */
export function useSoftwareAdapter(): string | undefined {
  const given = process.env['VK_DRIVER_FILES'] ?? '';
  const found = given.includes('swiftshader') ? given : manifest;
  if (!existsSync(found)) {
    return `no software adapter for WebGPU at ${found}: \`.ci/software-adapter\` installs it on Debian`;
  }
  // The second is the name that loaders before 1.3.207 know.
  process.env['VK_DRIVER_FILES'] = found;
  process.env['VK_ICD_FILENAMES'] = found;
  // Not used for anything, but the runtime prints a line where it is not set.
  process.env['XDG_RUNTIME_DIR'] ??= os.tmpdir();
  return undefined;
}
