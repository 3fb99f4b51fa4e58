import test from 'ava';
import { instructionWords } from '../../../pipeline/parts/instruction-words.ts';

const none = {
  avx2: false,
  avx512: false,
  vnni: false,
  bf16: false,
  int8Matrices: false,
  bf16Matrices: false,
};

test('instruction sets are told by the names of their architecture', (t) => {
  t.is(
    instructionWords({ ...none, avx2: true, vnni: true }, 'linux', 'x64'),
    'AVX2, VNNI (int8); without AVX-512, AVX-512 BF16, AMX int8, AMX bf16',
  );
  t.is(
    instructionWords({ ...none, vnni: true, bf16: true, int8Matrices: true }, 'linux', 'arm64'),
    'dot product (int8), BF16, I8MM',
  );
  t.is(instructionWords(none, 'linux', 'arm64'), 'without dot product (int8), BF16, I8MM');
});

test('instruction sets that the system does not tell are called unknown', (t) => {
  t.regex(instructionWords(undefined, 'darwin', 'arm64'), /^not known on darwin-arm64: /u);
});
