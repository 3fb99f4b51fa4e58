import {
  type CardCode,
  cardCode,
  cardObstacle,
} from '../../operators/engine/tensorflow/card-support.ts';
import { kernelCacheFolder } from '../../operators/engine/tensorflow/kernel-cache.ts';
import type { NvidiaCard, NvidiaDriver } from '../../operators/engine/tensorflow/nvidia-driver.ts';

/** An NVIDIA card, or their driver, in words. */
export interface CardLine {
  readonly name: string;
  /** True when TensorFlow has what it needs for this card, as far as driver and card tell. */
  readonly isServed: boolean;
  readonly words: string;
}

/** A line for each NVIDIA card; one for the driver where it shows no card, and none without a driver. */
export function cardLines(driver: NvidiaDriver | undefined): readonly CardLine[] {
  if (driver === undefined) return [];
  const { cards, complaint } = driver;
  const lines = cards.map((card, at) => cardLine(`NVIDIA card ${at}`, card, driver));
  if (complaint === null && cards.length > 0) return lines;
  const words = [driverWords(driver), complaintWords(driver)].join(': ');
  return [{ name: 'NVIDIA driver', isServed: false, words }, ...lines];
}

function cardLine(name: string, card: NvidiaCard, driver: NvidiaDriver): CardLine {
  const { capability, memory } = card;
  const facts = [
    card.name,
    ...(memory === null ? [] : [`${(memory / 1024).toFixed(1)} GiB`]),
    capability === null ? 'compute capability not known' : `compute capability ${capability}`,
    driverWords(driver),
  ].join(', ');
  const obstacle = driver.hasDevices ? cardObstacle(card, driver) : 'not visible to this process';
  const words = `${facts}: ${obstacle ?? codeWords[cardCode(card)]()}`;
  return { name, isServed: obstacle === undefined && capability !== null, words };
}

const codeWords: Readonly<Record<CardCode, () => string>> = {
  machine: () => 'TensorFlow has machine code for it',
  ptx: () =>
    'the driver compiles the kernels of TensorFlow at their first use, which may take half an hour, and keeps up to ' +
    `4 GiB of them in ${kernelCacheFolder()}`,
  none: () => 'TensorFlow has no code for it',
  unknown: () => '`nvidia-smi`, which tells it, is not here or too old',
};

function driverWords({ version }: NvidiaDriver): string {
  return version === null ? 'driver of unknown version' : `driver ${version}`;
}

function complaintWords({ complaint, hasDevices }: NvidiaDriver): string {
  if (complaint !== null) return `\`nvidia-smi\` says: ${complaint}`;
  return hasDevices
    ? 'it shows no card'
    : 'none of its devices is visible (in a container: `docker run --gpus all`)';
}
