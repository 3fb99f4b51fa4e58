import { sampleReadouts } from '../../step/sample-readouts.ts';
import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import type { PackedBatch } from '../../types.ts';
import type { SampledStep, StepOptions } from './engine.ts';
import type { SessionReadouts } from './sessions.ts';

/** Result of a step of a trainer: what each image gave in place of what each row did. */
export function sampledStep(
  spec: StepSpec,
  batch: PackedBatch,
  { rows, ...readouts }: SessionReadouts,
  { samples: wanted = true }: StepOptions = {},
): (StepReadouts | ClassifierReadouts) & SampledStep {
  const samples =
    rows === undefined || !wanted ? {} : { samples: sampleReadouts(spec, batch, rows) };
  return { ...readouts, ...samples };
}
