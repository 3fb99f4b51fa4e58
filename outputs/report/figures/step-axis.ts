import { domainOf } from '../../charts/domain.ts';
import type { AxisOptions } from '../../charts/frame.ts';

/** Axis of training steps that reaches from 0 to the last step of any line. */
export function stepAxis(lines: readonly { readonly step: ArrayLike<number> }[]): AxisOptions {
  const steps = lines.map(({ step }) => step);
  return { title: 'step', domain: domainOf(steps, 0) };
}
