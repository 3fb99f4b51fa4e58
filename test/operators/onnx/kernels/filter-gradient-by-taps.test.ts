import test from 'ava';
import {
  type ConvolutionCase,
  convolutionEqualsCpu,
  convolutionTitle,
} from '../../../helpers/convolution-cases.ts';

const cases: readonly (readonly [
  ConvolutionCase['image'],
  ConvolutionCase['filter'],
  ConvolutionCase['stride'],
  ConvolutionCase['pad'],
])[] = [
  [[3, 8, 8, 4], [3, 3, 5], 1, 1],
  [[2, 7, 5, 3], [3, 3, 4], 2, 1],
  [[2, 8, 7, 3], [3, 3, 4], 2, 'same'],
  [[2, 8, 7, 3], [3, 3, 4], 2, 'valid'],
  [[2, 9, 8, 1], [3, 3, 1], 3, 0],
  [[3, 8, 8, 4], [1, 1, 6], 2, 0],
  [[1, 1, 1, 2], [3, 3, 2], 2, 1],
  [[2, 12, 11, 3], [5, 3, 2], 2, 'same'],
  [[2, 11, 13, 3], [7, 7, 4], 2, 3],
];

for (const [image, filter, stride, pad] of cases) {
  const one = { image, filter, stride, pad };
  test(`for devices, ${convolutionTitle(one)}: a convolution and its gradients equal the cpu backend`, async (t) => {
    await convolutionEqualsCpu(t, one, { kind: 'portable' });
  });
}
