import { openCpuEngine } from '../../operators/engine/cpu-engine.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import type { FoundDevice } from '../../operators/engine/onnx/find-device.ts';
import { openOnnxEngine } from '../../operators/engine/onnx-engine.ts';
import type { FoundTensorflow } from '../../operators/engine/tensorflow/probe-tensorflow.ts';
import type { TensorflowMode } from '../../operators/engine/tensorflow/tensorflow-mode.ts';
import { openTensorflowEngine } from '../../operators/engine/tensorflow-engine.ts';
import { tolerances } from '../../operators/engine/onnx/device-check.ts';
import type { ContractTerms } from '../contract/engine-contract.ts';

/** An engine on a device, as it can be told to another process. */
export type Side = {
  /** Such as `onnx on webgpu`. */
  readonly name: string;
  /** Device in words. */
  readonly words: string;
  readonly threads: number;
  /** Variables of its processes, such as the manifest of a driver. */
  readonly env: Readonly<Record<string, string>>;
} & (
  | { readonly engine: 'cpu' }
  | { readonly engine: 'onnx'; readonly device: 'cpu' }
  | { readonly engine: 'onnx'; readonly device: 'webgpu' | 'cuda'; readonly found: FoundDevice }
  | {
      readonly engine: 'tensorflow';
      readonly mode: TensorflowMode;
      readonly found: FoundTensorflow;
    }
);

/** Opens it, without another trial. */
export function openSide(side: Side): Promise<Engine> {
  const { threads } = side;
  switch (side.engine) {
    case 'cpu':
      return openCpuEngine();
    case 'tensorflow':
      return openTensorflowEngine({ threads, mode: side.mode, found: side.found });
    case 'onnx':
      return side.device === 'cpu'
        ? openOnnxEngine({ threads })
        : openOnnxEngine({ threads, device: side.device, found: side.found });
    default:
      throw new Error(`Unknown engine \`${String(side satisfies never)}\``);
  }
}

/** What it computes on. */
export function deviceOf(side: Side): 'cpu' | 'webgpu' | 'cuda' {
  if (side.engine === 'onnx') return side.device;
  return side.engine === 'tensorflow' && side.found.usesGpu ? 'cuda' : 'cpu';
}

/** Whether it computes on a graphics card, not on the processor and not in software that stands in for one. */
export function onCard(side: Side): boolean {
  if (side.engine === 'onnx') return side.device !== 'cpu' && side.found.kind !== 'software';
  return deviceOf(side) === 'cuda';
}

/**
 * What the contract asks of it. Cards sum in other orders than the processor, in some from run to run, and approximate
 * quotients and exponentials by a few units in the last place.
 */
export function termsOf(side: Side): Required<Omit<ContractTerms, 'extent'>> {
  if (deviceOf(side) === 'cpu') return { rounding: 1, exact: true };
  return { rounding: onCard(side) ? 10 : 2, exact: false };
}

/** Largest difference of a loss to that of another implementation, relative; CUDA may multiply in TF32. */
export function lossTolerance(side: Side): number {
  return tolerances[deviceOf(side)];
}
