import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * Kind of adapter behind a device: a graphics card, an emulation of one on the processor, or
 * undetectable.
 */
export type AdapterKind = 'hardware' | 'software' | 'unknown';

/** Traces of an opened adapter in its process. */
export interface AdapterEvidence {
  readonly platform: NodeJS.Platform;
  /** Paths of the libraries that it has loaded. */
  readonly libraries: readonly string[];
  /** Device files that it holds open. */
  readonly devices: readonly string[];
}

/** Drivers that compute on the processor: SwiftShader, and llvmpipe and its like of Mesa. */
const softwareDriver = /vk_swiftshader|vulkan_(?:lvp|swrast)|llvmpipe|softpipe/u;
/** Drivers of graphics cards, as the Vulkan loader finds them. */
const anyDriver = /lib(?:vulkan_|vk_|GLX_|EGL_|nvidia-)[^/]*\.so/u;
/** Files through which a driver on Linux reaches a graphics card. */
const graphicsCard = /^\/dev\/(?:nvidia\d|dri\/(?:renderD|card)\d|kfd$|dxg$|mali\d|kgsl)/u;

/**
 * Detects the adapter that WebGPU has opened. ONNX Runtime (1.30) does not name it, so it is
 * inferred from what the process holds afterwards. On Linux no driver computes on a card without a
 * file of `/dev`, and programs need none. A driver of each sort at once tells nothing. On macOS
 * there is only Metal, which has no adapter in software.
 */
export function adapterKind({ platform, libraries, devices }: AdapterEvidence): AdapterKind {
  if (platform === 'darwin') return 'hardware';
  if (platform !== 'linux') return 'unknown';
  const software = libraries.some((library) => softwareDriver.test(library));
  const hardware = devices.some((device) => graphicsCard.test(device));
  if (software === hardware) return 'unknown';
  return software ? 'software' : 'hardware';
}

/** The names of the drivers in the evidence, such as `libvk_swiftshader.so`. */
export function driverNames({ libraries }: AdapterEvidence): readonly string[] {
  const names = libraries.map((library) => path.basename(library));
  return [...new Set(names.filter((name) => anyDriver.test(name)))].toSorted();
}

/**
 * The loader variable with which a process sees no software drivers, from version 1.3.234 of the Vulkan loader. An
 * adapter that is found with it is not one of them, wherever they are installed.
 */
export const withoutSoftwareDrivers = {
  VK_LOADER_DRIVERS_DISABLE: '*lvp*,*swrast*,*swiftshader*,*llvmpipe*',
} as const;

/** The evidence of this process. Nothing where the system does not tell. */
export function evidenceHere(): AdapterEvidence {
  const { platform } = process;
  if (platform !== 'linux') return { platform, libraries: [], devices: [] };
  // Address, rights, offset, device and inode of a mapping stand before its path.
  const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n');
  const paths = mapped.flatMap((line) => /\s(\/.*)$/u.exec(line)?.[1] ?? []);
  const files = readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return readlinkSync(path.join('/proc/self/fd', file));
    } catch {
      // The one with which the folder was read is closed by now.
      return [];
    }
  });
  return {
    platform,
    libraries: [...new Set(paths)],
    devices: [...new Set(files.filter((file) => file.startsWith('/dev/')))],
  };
}
