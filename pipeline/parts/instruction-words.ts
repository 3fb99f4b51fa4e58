import type {
  ProcessorFeature,
  ProcessorFeatures,
} from '../../operators/threads/processor-features.ts';

type Names = Partial<Readonly<Record<ProcessorFeature, string>>>;

const onAmd64: Names = {
  avx2: 'AVX2',
  avx512: 'AVX-512',
  vnni: 'VNNI (int8)',
  bf16: 'AVX-512 BF16',
  int8Matrices: 'AMX int8',
  bf16Matrices: 'AMX bf16',
};

const onArm64: Names = { vnni: 'dot product (int8)', bf16: 'BF16', int8Matrices: 'I8MM' };

/**
 * Instruction sets in words: those that the processor has, and those that its architecture has besides.
 *
 * @param features Undefined where the system does not tell them.
 */
export function instructionWords(
  features: ProcessorFeatures | undefined,
  platform: string,
  arch: string,
): string {
  if (features === undefined) {
    return `not known on ${platform}-${arch}: only Linux names them, in /proc/cpuinfo`;
  }
  const names = Object.entries(arch === 'arm64' ? onArm64 : onAmd64);
  const listed = (wanted: boolean): string =>
    names
      .filter(([feature]) => features[feature as ProcessorFeature] === wanted)
      .map(([, name]) => name)
      .join(', ');
  const [has, lacks] = [listed(true), listed(false)];
  return [has, lacks === '' ? '' : `without ${lacks}`].filter((part) => part !== '').join('; ');
}
