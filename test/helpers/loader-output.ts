/**
 * What the loader of TensorFlow 2.21 prints, line for line as its libraries for CUDA do beside a `libcuda.so.1` that
 * stands in for a driver, times and thread numbers made up.
 */
const line = (at: string, text: string): string =>
  `I0000 00:00:1790000000.000001   100 ${at}] ${text}\n`;

/** It opened a library. */
export const opened = (library: string): string =>
  line('dso_loader.cc:133', `Successfully opened dynamic library ${library}`);

/** The system did not find a library, or what that wants in turn. */
export const notFound = (library: string, wanted: string = library): string =>
  line(
    'dso_loader.cc:144',
    `Could not load dynamic library '${library}'; dlerror: ${wanted}: cannot open shared object file: No such file or directory; LD_LIBRARY_PATH: /usr/lib`,
  );

/** A library does not fit another one. */
export const undefinedSymbol = (library: string, symbol: string): string =>
  line(
    'dso_loader.cc:144',
    `Could not load dynamic library '${library}'; dlerror: /opt/${library}: undefined symbol: ${symbol}`,
  );

/** It did not find `libcudart`, whatever it says. */
export const noCudart: string = line(
  'cudart_stub.cc:31',
  'Could not find cuda drivers on your machine, GPU will not be used.',
);

/** `cuInit` of the driver failed. */
export const failedInit = (why: string): string =>
  line(
    'cuda_platform.cc:52',
    `failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: ${why}`,
  );

/** It goes on without a card, for want of libraries. */
export const skipping: string = `${line(
  'gpu_device.cc:2365',
  'Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU. Follow the guide at https://www.tensorflow.org/install/gpu for how to download and setup the required libraries for your platform.',
)}Skipping registering GPU devices...\n`;

/** Libraries that it opens for a card. */
export const cudaLibraries: readonly string[] = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcusolver.so.11',
  'libcusparse.so.12',
  'libcudnn.so.9',
];

/** The driver is there. */
export const driverOpened: string = [opened('libcuda.so.1'), opened('libnvidia-ml.so.1')].join('');

/** What is there when it starts. */
type Situation =
  | 'forProcessor'
  | 'withoutDriver'
  | 'withoutCuda'
  | 'withoutCudnn'
  | 'withoutNvml'
  | 'withoutDevices'
  | 'complete';

/** Output of a whole start. */
export const loaderOutputs: Readonly<Record<Situation, string>> = {
  /** Libraries for the processor: not a word of it. */
  forProcessor: line('port.cc:153', 'oneDNN custom operations are on.'),
  withoutDriver: noCudart + notFound('libcuda.so.1') + failedInit('UNKNOWN ERROR (303)'),
  withoutCuda: [
    noCudart,
    driverOpened,
    ...cudaLibraries.map((one) => notFound(one)),
    skipping,
  ].join(''),
  withoutCudnn: [
    driverOpened,
    notFound('libcudnn.so.9'),
    ...cudaLibraries.map((one) => (one === 'libcudnn.so.9' ? notFound(one) : opened(one))),
    skipping,
  ].join(''),
  withoutNvml: opened('libcuda.so.1') + notFound('libnvidia-ml.so.1'),
  withoutDevices:
    driverOpened + failedInit('CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected'),
  complete: [
    driverOpened,
    ...cudaLibraries.map((one) => opened(one)),
    notFound('libnvinfer.so.10'),
  ].join(''),
};
