/** What part of the map a window shows. */
export interface MapView {
  /** Point of the map in the middle of the window, 0 to 1. */
  readonly x: number;
  readonly y: number;
  /** 1 shows all of it. */
  readonly zoom: number;
}

/** Size of a window, in pixels of the screen. */
export interface MapSize {
  readonly width: number;
  readonly height: number;
}

/** Pixels of the window: `pixel = scale · point + offset`. */
export interface MapTransform {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const wholeMap: MapView = { x: 0.5, y: 0.5, zoom: 1 };

const mostZoom = 400;

export function transformOf({ x, y, zoom }: MapView, { width, height }: MapSize): MapTransform {
  const scale = 0.95 * Math.min(width, height) * zoom;
  return { scale, left: width / 2 - scale * x, top: height / 2 - scale * y };
}

/** The view moved by pixels. */
export function movedView(view: MapView, size: MapSize, dx: number, dy: number): MapView {
  const { scale } = transformOf(view, size);
  return bounded({ ...view, x: view.x - dx / scale, y: view.y - dy / scale });
}

/** The view zoomed by a factor, so that what is at a pixel stays there. */
export function zoomedView(
  view: MapView,
  size: MapSize,
  factor: number,
  at: { readonly x: number; readonly y: number } = { x: size.width / 2, y: size.height / 2 },
): MapView {
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor));
  const before = transformOf(view, size);
  const after = transformOf({ ...view, zoom }, size);
  const [x, y] = [(at.x - before.left) / before.scale, (at.y - before.top) / before.scale];
  return bounded({
    x: x + (size.width / 2 - at.x) / after.scale,
    y: y + (size.height / 2 - at.y) / after.scale,
    zoom,
  });
}

/** A view whose middle is on the map. */
export function bounded({ x, y, zoom }: MapView): MapView {
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return { x: within(x), y: within(y), zoom: Math.min(mostZoom, Math.max(1, zoom)) };
}
