import type { TopLevelSpec } from 'vega-lite';

/** A plot of layers, as a specification of Vega-Lite. */
export type LayeredSpec = Extract<TopLevelSpec, { readonly layer: unknown }>;

/** One layer of a plot. */
export type Layer = LayeredSpec['layer'][number];

/** Encoding of one coordinate. */
export type Position = NonNullable<NonNullable<LayeredSpec['encoding']>['x']>;

/** A plot, and what could not be drawn. */
export interface Chart {
  readonly spec: LayeredSpec;
  /** Values that are not finite: a caption tells of them. */
  readonly leftOut: number;
}
