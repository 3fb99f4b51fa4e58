import path from 'node:path';
import { readText } from './control-groups.ts';

/**
 * Instruction sets that reduced precision needs: vectors of 8 (`avx2`) and 16 float32 (`avx512`); products of int8 summed
 * in int32, which are VNNI on AMD64 and the dot product on ARM64 (`vnni`); products of bfloat16 in vectors (`bf16`); and
 * those of whole matrices, AMX on AMD64 and I8MM on ARM64 (`int8Matrices`, `bf16Matrices`).
 */
export type ProcessorFeature =
  'avx2' | 'avx512' | 'vnni' | 'bf16' | 'int8Matrices' | 'bf16Matrices';

/** True for what every processor of this machine has. */
export type ProcessorFeatures = Readonly<Record<ProcessorFeature, boolean>>;

/**
 * Words of Linux for them (`arch/x86/include/asm/cpufeatures.h`, `Documentation/arch/arm64/elf_hwcaps.rst`): a processor
 * has a feature when it names one of its words.
 */
const words: Readonly<Record<ProcessorFeature, readonly string[]>> = {
  avx2: ['avx2'],
  avx512: ['avx512f'],
  vnni: ['avx512_vnni', 'avx_vnni', 'asimddp'],
  bf16: ['avx512_bf16', 'bf16'],
  int8Matrices: ['amx_int8', 'i8mm'],
  bf16Matrices: ['amx_bf16'],
};

/**
 * Instruction sets of the processors, or undefined where the system does not tell them: only Linux does, in
 * `/proc/cpuinfo`; `os.cpus()` knows names and clocks alone.
 *
 * @param root Folder that holds `proc`. @default '/'
 */
export function processorFeatures(root = '/'): ProcessorFeatures | undefined {
  const text = readText(path.join(root, 'proc/cpuinfo')) ?? '';
  const processors = [...text.matchAll(/^(?:flags|Features)\s*:(.*)$/gmu)].map(
    ([, flags]) => new Set(flags!.trim().split(/\s+/u)),
  );
  if (processors.length === 0) return undefined;
  const has = (feature: ProcessorFeature): boolean =>
    processors.every((flags) => words[feature].some((word) => flags.has(word)));
  return {
    avx2: has('avx2'),
    avx512: has('avx512'),
    vnni: has('vnni'),
    bf16: has('bf16'),
    int8Matrices: has('int8Matrices'),
    bf16Matrices: has('bf16Matrices'),
  };
}

/**
 * True where products of int8 are summed in int32 without a step of 16 bits between, in which they saturate on older
 * processors.
 */
export function computesInt8(features: ProcessorFeatures | undefined): boolean {
  return features !== undefined && (features.vnni || features.int8Matrices);
}
