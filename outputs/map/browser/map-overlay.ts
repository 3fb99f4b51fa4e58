import type { MapColours } from './map-colours.ts';
import type { MapPoints } from './map-points.ts';
import type { MapTransform } from './map-view.ts';
import { neighboursOf } from './point-card.ts';

/** What lies over the points of a map. */
export interface OverlayContent {
  /** Point that is pointed at, -1 for none. */
  readonly point: number;
  readonly chosen: readonly number[];
  /** Outline that is being drawn, in units of the map. */
  readonly outline: readonly number[];
}

/** Draws the point that is pointed at with its neighbours, chosen points, and the outline. */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  points: MapPoints,
  { scale, left, top }: MapTransform,
  {
    content,
    colours,
    ratio,
  }: {
    readonly content: OverlayContent;
    readonly colours: MapColours;
    readonly ratio: number;
  },
): void {
  const px = (at: number): number => points.x[at]! * scale + left;
  const py = (at: number): number => points.y[at]! * scale + top;
  const ring = (at: number, radius: number): void => {
    context.moveTo(px(at) + radius * ratio, py(at));
    context.arc(px(at), py(at), radius * ratio, 0, 2 * Math.PI);
  };
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = colours.ink;
  context.beginPath();
  for (const at of content.chosen) ring(at, 2.5);
  context.stroke();
  context.strokeStyle = colours.accent;
  context.beginPath();
  for (let at = 0; at < content.outline.length; at += 2) {
    context.lineTo(content.outline[at]! * scale + left, content.outline[at + 1]! * scale + top);
  }
  context.closePath();
  context.stroke();
  if (content.point < 0) return;
  context.strokeStyle = colours.ink;
  context.beginPath();
  for (const at of neighboursOf(points, content.point)) {
    context.moveTo(px(content.point), py(content.point));
    context.lineTo(px(at), py(at));
    ring(at, 4);
  }
  ring(content.point, 6);
  context.stroke();
}
