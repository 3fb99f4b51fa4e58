import { messageOf } from '../../errors.ts';
import { kernelBase64 } from './kernel-bytes.ts';

/** Changes of colours by the numbers that the kernel knows them by (`source/index.ts`). */
export const changeKinds = {
  brightness: 0,
  contrast: 1,
  saturation: 2,
  hue: 3,
  grayscale: 4,
  solarize: 5,
} as const;

/**
 * The kernel that makes views, one image at a time; `source/` says how.
 *
 * Addresses are those of `memory`, whose buffer is another after every call that may need more of it. An address is a signed
 * 32-bit number here: `address >>> 0` is the place.
 */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** @returns Address for `[rows, width, 3]` bytes; 0 when memory does not suffice. */
  openImage(size: number, width: number, rows: number): number;
  /** Begins a view of a part of the image; `mirrored` is 0 or 1. */
  openView(left: number, top: number, width: number, height: number, mirrored: number): void;
  change(kind: number, amount: number): void;
  /** @returns Address for `radius + 1` float32, the taps from the middle outwards; 0 when memory does not suffice. */
  blur(radius: number): number;
  /** @returns Address of the view as it is so far, `[size, size, 3]` float32 in 0 to 1. */
  showPixels(): number;
  /** Goes on with what stands there now. */
  takePixels(): void;
  /** @returns Address of the finished view, `[size, size, 3]` float32. */
  finish(...meansAndScales: readonly number[]): number;
}

/** The part of WebAssembly's interface that is used; Node's types do not have it. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;

/** Compiled once in a thread; null where this machine's WebAssembly cannot. */
let compiled: object | null | undefined;

/** True where this machine has WebAssembly with SIMD: where it accepts the kernel. */
export function canRunKernel(): boolean {
  return compiledKernel() !== null;
}

/**
 * An instance of the kernel, with memory of its own.
 *
 * @throws {Error} Where `canRunKernel` is false, or when the system has no room for its addresses.
 */
export function openKernel(): Kernel {
  const module = compiledKernel();
  if (module === null || webAssembly === undefined) {
    throw new Error('Cannot open the kernel of views: WebAssembly has no SIMD here');
  }
  try {
    return new webAssembly.Instance(module).exports as Kernel;
  } catch (cause) {
    throw new Error(
      `Cannot make views, the system has no room for them: ${messageOf(cause)}. WebAssembly reserves 10 GB of addresses, not of memory, in each thread; \`ulimit -v\` must allow that`,
      { cause },
    );
  }
}

function compiledKernel(): object | null {
  if (compiled !== undefined) return compiled;
  const bytes = Buffer.from(kernelBase64, 'base64');
  const usable = webAssembly?.validate(bytes) ?? false;
  compiled = usable ? new webAssembly!.Module(bytes) : null;
  return compiled;
}
