/** Version of TensorFlow that the engine is built with and tested on. */
export const tensorflowVersion = '2.21.0';

/** Libraries that are set up: for the processor alone, or with those for NVIDIA graphics cards. */
export type TensorflowVariant = 'cpu' | 'cuda';

/** Processors by Node's names, on Linux. */
export type Machine = 'x64' | 'arm64';

/** A wheel on PyPI, as its index lists it. */
export interface PinnedWheel {
  /** Project on PyPI, such as `tensorflow-cpu`. */
  readonly project: string;
  readonly version: string;
  readonly machine: Machine;
  readonly license: string;
  /** Platform tag that pip asks for. */
  readonly platform: string;
  /** Bytes to download, and of what is unpacked of it. */
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** Of the file that pip downloads for Python 3.11; the libraries are the same for every Python. */
  readonly sha256: string;
}

const ofTensorflow = { version: tensorflowVersion, machine: 'x64', license: 'Apache-2.0' } as const;
const ofNvidia = { machine: 'x64', license: 'NVIDIA proprietary' } as const;

/** TensorFlow for the processor of each machine. */
const forProcessor: Readonly<Record<Machine, PinnedWheel>> = {
  x64: {
    ...ofTensorflow,
    project: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    bytes: 273_829_956,
    unpackedBytes: 853_600_000,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  arm64: {
    ...ofTensorflow,
    project: 'tensorflow',
    machine: 'arm64',
    platform: 'manylinux_2_27_aarch64',
    bytes: 281_828_020,
    unpackedBytes: 883_300_000,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  },
};

/** TensorFlow for CUDA 12.5 and cuDNN 9, which computes on the processor too. */
const forCuda: PinnedWheel = {
  ...ofTensorflow,
  project: 'tensorflow',
  platform: 'manylinux_2_27_x86_64',
  bytes: 572_440_367,
  unpackedBytes: 1_259_300_000,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
};

/** NVIDIA's libraries, as `tensorflow[and-cuda]==2.21.0` resolved them on 29 November 2026. */
const nvidiaWheels = {
  'nvidia-cublas-cu12': {
    ...ofNvidia,
    version: '12.9.3.13',
    platform: 'manylinux_2_27_x86_64',
    bytes: 581_217_458,
    unpackedBytes: 855_064_416,
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  },
  'nvidia-cuda-cupti-cu12': {
    ...ofNvidia,
    version: '12.9.79',
    platform: 'manylinux_2_25_x86_64',
    bytes: 10_814_997,
    unpackedBytes: 43_365_768,
    sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  },
  'nvidia-cuda-nvcc-cu12': {
    ...ofNvidia,
    version: '12.9.86',
    platform: 'manylinux2010_x86_64',
    bytes: 40_546_229,
    unpackedBytes: 97_998_760,
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  },
  'nvidia-cuda-nvrtc-cu12': {
    ...ofNvidia,
    version: '12.9.86',
    platform: 'manylinux2010_x86_64',
    bytes: 89_568_129,
    unpackedBytes: 227_340_992,
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  },
  'nvidia-cuda-runtime-cu12': {
    ...ofNvidia,
    version: '12.9.79',
    platform: 'manylinux2014_x86_64',
    bytes: 3_493_179,
    unpackedBytes: 741_088,
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  },
  'nvidia-cudnn-cu12': {
    ...ofNvidia,
    version: '9.28.0.42',
    platform: 'manylinux_2_27_x86_64',
    bytes: 716_538_495,
    unpackedBytes: 1_162_393_472,
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  },
  'nvidia-cufft-cu12': {
    ...ofNvidia,
    version: '11.4.1.4',
    platform: 'manylinux2014_x86_64',
    bytes: 200_877_592,
    unpackedBytes: 293_609_416,
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  },
  'nvidia-curand-cu12': {
    ...ofNvidia,
    version: '10.3.10.19',
    platform: 'manylinux_2_27_x86_64',
    bytes: 68_295_626,
    unpackedBytes: 166_965_432,
    sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  },
  'nvidia-cusolver-cu12': {
    ...ofNvidia,
    version: '11.7.5.82',
    platform: 'manylinux_2_27_x86_64',
    bytes: 338_117_415,
    unpackedBytes: 494_975_064,
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  },
  'nvidia-cusparse-cu12': {
    ...ofNvidia,
    version: '12.5.10.65',
    platform: 'manylinux2014_x86_64',
    bytes: 366_465_088,
    unpackedBytes: 486_556_368,
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  },
  'nvidia-nccl-cu12': {
    ...ofNvidia,
    version: '2.32.3',
    platform: 'manylinux_2_27_x86_64',
    bytes: 351_526_311,
    unpackedBytes: 489_653_380,
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  },
  'nvidia-nvjitlink-cu12': {
    ...ofNvidia,
    version: '12.9.86',
    platform: 'manylinux2010_x86_64',
    bytes: 39_748_338,
    unpackedBytes: 95_935_344,
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  },
} as const satisfies Readonly<Record<string, Omit<PinnedWheel, 'project'>>>;

/**
 * Wheels that a variant is made of, TensorFlow first.
 *
 * On arm64 PyPI has TensorFlow for the processor alone.
 */
export function wheelsOf(variant: TensorflowVariant, machine: Machine): readonly PinnedWheel[] {
  if (variant === 'cpu') return [forProcessor[machine]];
  const projects = Object.keys(nvidiaWheels) as (keyof typeof nvidiaWheels)[];
  return [forCuda, ...projects.map((project): PinnedWheel => named(project))];
}

function named(project: keyof typeof nvidiaWheels): PinnedWheel {
  return { project, ...nvidiaWheels[project] };
}

/**
 * Wheels that can be given, each project once. That of TensorFlow for CUDA computes on the processor as well, and where
 * nobody asked for a variant, those that are given choose.
 *
 * @param of Wheels of each variant.
 * @param asked Undefined where nobody did.
 */
export function usableWheels(
  of: typeof wheelsOf,
  asked: TensorflowVariant | undefined,
  machine: Machine,
): readonly PinnedWheel[] {
  if (machine === 'arm64') return of('cpu', machine);
  const forCard = of('cuda', machine);
  if (asked === 'cuda') return forCard;
  return [...of('cpu', machine), ...(asked === 'cpu' ? forCard.slice(0, 1) : forCard)];
}
