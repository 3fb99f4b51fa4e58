import type { MapPoints } from './map-points.ts';

/** Corners of a polygon, x and y in turns, in units of the map. */
export type Polygon = readonly number[];

/** Points that are shown inside a polygon, ascending (crossing number). */
export function pointsWithin(points: MapPoints, polygon: Polygon, shown: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < points.count; at += 1) {
    if (shown[points.labels[at]!] === 1 && isWithin(polygon, points.x[at]!, points.y[at]!)) {
      found.push(at);
    }
  }
  return found;
}

function isWithin(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, last = polygon.length - 2; at < polygon.length; last = at, at += 2) {
    const [ax, ay] = [polygon[at]!, polygon[at + 1]!];
    const [bx, by] = [polygon[last]!, polygon[last + 1]!];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
