import { isOlderVersion } from '../../older-version.ts';
import type { NvidiaCard, NvidiaDriver } from './nvidia-driver.ts';

/** Versions that the texts about TensorFlow name: what `sincere setup tensorflow --cuda` brings. */
export const cudaVersions = 'CUDA 12 and cuDNN 9';

/**
 * Oldest driver for CUDA 12, by its minor version compatibility, and oldest that compiles the PTX of CUDA 12.5, which
 * that compatibility leaves out. Linux; tables 2 and 3 of
 * https://docs.nvidia.com/cuda/archive/12.5.1/cuda-toolkit-release-notes/, and
 * https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html
 */
export const oldestDriver = { cuda12: '525.60.13', ptx: '555.42.02' } as const;

/**
 * Code for a card in the libraries of TensorFlow 2.21: machine code (sm_60, sm_70, sm_80 and sm_89, each for its major
 * version from there on), only PTX that the driver compiles at the first use (compute_90), or nothing.
 */
export type CardCode = 'machine' | 'ptx' | 'none' | 'unknown';

export function cardCode({ capability }: Pick<NvidiaCard, 'capability'>): CardCode {
  if (capability === null) return 'unknown';
  const major = Number(capability.split('.')[0]);
  if (major < 6) return 'none';
  return major < 9 ? 'machine' : 'ptx';
}

/** Obstacle between a card and TensorFlow, with the way out, or undefined where none is known. */
export function cardObstacle(
  card: NvidiaCard,
  { version }: Pick<NvidiaDriver, 'version'>,
): string | undefined {
  const code = cardCode(card);
  if (code === 'none') {
    return (
      `TensorFlow needs compute capability 6.0 or higher, and ${card.name} has ${card.capability}: ` +
      '`device: webgpu` of the `onnx` engine may serve it'
    );
  }
  if (version === null) return undefined;
  if (isOlderVersion(version, oldestDriver.cuda12)) {
    return `driver ${version} is too old for CUDA 12: install ${oldestDriver.cuda12} or later`;
  }
  if (code === 'ptx' && isOlderVersion(version, oldestDriver.ptx)) {
    return (
      `driver ${version} cannot compile TensorFlow's kernels for ${card.name} (CUDA 12.5): ` +
      `install ${oldestDriver.ptx} or later`
    );
  }
  return undefined;
}

/** False where every card that the driver lists is one that TensorFlow has no code for. */
export function hasCodeFor({ cards }: Pick<NvidiaDriver, 'cards'>): boolean {
  return cards.length === 0 || cards.some((card) => cardCode(card) !== 'none');
}

/** Obstacles of all cards, each once. */
export function cardObstacles(driver: NvidiaDriver): readonly string[] {
  const obstacles = driver.cards.map((card) => cardObstacle(card, driver));
  return [...new Set(obstacles.filter((obstacle) => obstacle !== undefined))];
}
