/** Messages of TensorFlow's loader about graphics cards. */
export interface LoaderMessages {
  /** True when its libraries were built for CUDA. Those built for the processor look for no driver. */
  readonly builtForCuda: boolean;
  /** True when CUDA libraries are missing or do not load; those of the driver are not among them. */
  readonly lacksCuda: boolean;
  /** Everything that kept it from a card, in words. */
  readonly complaints: readonly string[];
}

/** Makes its loader name each library that it opens or misses; by itself TensorFlow 2.21 does not. */
export const talkativeLoader: Readonly<Record<string, string>> = {
  TF_CPP_VMODULE: 'dso_loader=1',
  TF_CPP_MIN_LOG_LEVEL: '0',
};

/** Libraries of the driver: both are needed, and without the second TensorFlow finds no card and says nothing. */
const ofDriver: ReadonlySet<string> = new Set(['libcuda.so.1', 'libnvidia-ml.so.1']);
/** Libraries that one card does without: TensorRT, those of the profiler, and those of several cards. */
const dispensable = /^lib(?:nvinfer|cupti|nvshmem|nccl)/u;

/**
 * Reads the error output of a process that loaded TensorFlow with `talkativeLoader`; the words are those of 2.21.
 *
 * Not among them is `Could not find cuda drivers`, which it says of any `libcudart` that does not load.
 */
export function loaderMessages(printed: string): LoaderMessages {
  const failed = failedLibraries(printed).filter(([library]) => !dispensable.test(library));
  const hasDriver = !failed.some(([library]) => library === 'libcuda.so.1');
  return {
    builtForCuda: /dynamic library '?lib/u.test(printed),
    lacksCuda: failed.some(([library]) => !ofDriver.has(library)),
    complaints: [
      ...missingWords(failed.filter(isMissing).map(([library]) => library)),
      ...failed
        .filter((one) => !isMissing(one))
        .map(([library, error]) => failedWords(library, error)),
      // What it says without a driver is an unknown error.
      ...(hasDriver ? complaintsOfDriver(printed) : []),
      ...refusedCards(printed),
    ],
  };
}

/** Libraries with the error of the system, each once. */
function failedLibraries(printed: string): readonly (readonly [string, string])[] {
  const lines = printed.matchAll(/Could not load dynamic library '([^']+)'(?:; dlerror: (.+))?/gu);
  const errors = [...lines].map(([, library, error = '']) => {
    return [library!, error.replace(/; LD_LIBRARY_PATH: .*$/u, '').trim()] as const;
  });
  return [...new Map(errors)];
}

/** True where the system did not find the file itself, of CUDA. */
function isMissing([library, error]: readonly [string, string]): boolean {
  const notFound = error === '' || error.startsWith(`${library}: cannot open shared object file`);
  return notFound && !ofDriver.has(library);
}

function missingWords(libraries: readonly string[]): readonly string[] {
  if (libraries.length === 0) return [];
  const names = libraries.map((library) => `\`${library}\``).join(', ');
  return [`${names} ${libraries.length === 1 ? 'is' : 'are'} missing`];
}

function failedWords(library: string, error: string): string {
  if (ofDriver.has(library)) {
    const inContainer = '`NVIDIA_DRIVER_CAPABILITIES=compute,utility`';
    return `\`${library}\` of the driver is missing (a container has it with ${inContainer})`;
  }
  // The system names the file that it did not find, which is what the library wants in turn.
  const wanted = /^(\S+): cannot open shared object file/u.exec(error)?.[1];
  return wanted === undefined
    ? `\`${library}\` does not load: ${error}`
    : `\`${wanted}\`, which \`${library}\` wants, is missing`;
}

function complaintsOfDriver(printed: string): readonly string[] {
  const initialising = /failed call to cuInit: (?:INTERNAL: )?(?:CUDA error: )?(.+)/u.exec(printed);
  const versions = /kernel version \S+ does not match DSO version \S+/u.exec(printed);
  const words = initialising?.[1]?.replace(/^Failed call to cuInit: /u, '').trim();
  return [words, versions?.[0]].filter((complaint) => complaint !== undefined);
}

function refusedCards(printed: string): readonly string[] {
  const refused = printed.matchAll(/Ignoring visible gpu device \(.*?name: ([^,]+),.*?\) (.+)/gu);
  return [...refused].map(([, name, why]) => `it passes over ${name} ${why!.trim()}`);
}
