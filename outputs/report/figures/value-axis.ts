import { domainOf, withRoom } from '../../charts/domain.ts';
import type { AxisOptions } from '../../charts/frame.ts';
import type { TickUnit } from '../../charts/ticks.ts';

/** A quantity of steps. */
export interface StepQuantity {
  readonly title: string;
  /** @default 'number' */
  readonly unit?: TickUnit | undefined;
  /** Its axis begins at 0, because how near to nothing it is says something. @default of shares alone */
  readonly isFromZero?: boolean | undefined;
  /** Planned and not measured, such as a schedule: an average of it would only lag. @default false */
  readonly isExact?: boolean | undefined;
}

/**
 * Upright axis of a quantity: it begins at 0, or fits the values. A loss that falls from 5.5 to 4.5 nats would be a flat line at the
 * top of an axis from 0, which says nothing of it: its floor is another number.
 */
export function valueAxis(
  { title, unit = 'number', isFromZero = unit === 'share' }: StepQuantity,
  values: Iterable<ArrayLike<number>>,
): AxisOptions {
  const domain = isFromZero ? domainOf(values, 0) : withRoom(domainOf(values));
  return { title, domain, unit };
}

/** What a caption says of such axes. */
export const axisWords = 'Not every axis begins at 0: those of losses fit their values.';
