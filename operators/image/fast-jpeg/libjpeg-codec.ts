import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** libjpeg-turbo in WebAssembly, as its package offers it. */
export interface LibjpegDecoder {
  /** Memory for a file of so many bytes, to be filled at once. */
  getEncodedBuffer(size: number): Uint8Array;
  /** @throws {unknown} At every error and every warning of libjpeg. */
  decode(): void;
  /** A copy of the pixels, `[height, width, 1 or 3]`. */
  getDecodedBuffer(): Uint8ClampedArray;
}

const name = '@cornerstonejs/codec-libjpeg-turbo-8bit';

/**
 * A function that opens libjpeg-turbo anew, in memory of its own: synchronous, some 2 ms.
 *
 * Nothing is printed, no handler is set for the process, and no file but the two of the package is read.
 *
 * @throws {Error} When the package or WebAssembly is missing.
 */
export async function loadLibjpeg(): Promise<() => LibjpegDecoder> {
  if (webAssembly === undefined) throw new Error('this Node.js has no WebAssembly');
  const require = createRequire(import.meta.url);
  const createModule = require(`${name}/decodewasmjs`) as CreateModule;
  const code = await webAssembly.compile(await readFile(require.resolve(`${name}/decodewasm`)));
  const { Instance } = webAssembly;
  return () => openDecoder(createModule, (imports) => new Instance(code, imports));
}

/** The part of WebAssembly's interface that is used; Node's types do not have it. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Instance: new (code: object, imports: object) => WebAssemblyInstance;
}

interface WebAssemblyInstance {
  readonly exports: object;
}

const { WebAssembly: webAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyApi };

/** Emscripten's module: what it is given, and what it has when it is open. */
interface CodecModule {
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
  readonly instantiateWasm: (
    imports: object,
    receive: (instance: WebAssemblyInstance) => void,
  ) => object;
  readonly JPEGDecoder?: new () => LibjpegDecoder;
}

type CreateModule = (module: CodecModule) => Promise<unknown>;

function openDecoder(
  createModule: CreateModule,
  instantiate: (imports: object) => WebAssemblyInstance,
): LibjpegDecoder {
  const module: CodecModule = {
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports, receive) {
      const instance = instantiate(imports);
      receive(instance);
      return instance.exports;
    },
  };
  // As the code is compiled already, all is done when this returns; the promise tells nothing more.
  createModule(module).catch(() => {});
  const { JPEGDecoder } = module;
  if (JPEGDecoder === undefined) throw new Error(`\`${name}\` does not open`);
  return new JPEGDecoder();
}
