import { constants } from 'node:os';

/** `RTLD_NODELETE` of `dlopen(3)` where it is known; Node does not name it. */
const noDelete: Partial<Record<NodeJS.Platform, number>> = { linux: 0x1000, darwin: 0x80 };

/**
 * Does some work while addons that it loads, with their libraries, are loaded for as long as the process lives.
 *
 * Node unloads an addon with the last thread that has it. TensorFlow cannot be unloaded: it leaves threads that run its
 * code and destructors that the end of the process calls, either of which would end the process by SIGSEGV.
 */
export function keepingAddons<T>(work: () => T): T {
  const flag = noDelete[process.platform];
  if (flag === undefined) return work();
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module: object, file: string, flags = constants.dlopen.RTLD_LAZY): void =>
    dlopen(module, file, flags | flag);
  try {
    return work();
  } finally {
    process.dlopen = dlopen;
  }
}
