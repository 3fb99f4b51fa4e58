import { classLegend } from './class-legend.ts';
import { drawPoints } from './draw-points.ts';
import { pointsWithin, type Polygon } from './lasso.ts';
import { mapColours } from './map-colours.ts';
import { hearGestures } from './map-gestures.ts';
import { drawOverlay } from './map-overlay.ts';
import { mapPoints } from './map-points.ts';
import { movedView, transformOf, wholeMap, zoomedView } from './map-view.ts';
import type { PackedMap } from './packed-map.ts';
import { pageButton, pageElement } from './page-element.ts';
import { pointCard } from './point-card.ts';
import { pointGrid } from './point-grid.ts';
import { selectionList } from './selection-list.ts';
import { hashOf, stateOfHash } from './view-hash.ts';

/** How far from a point one may point at it, in px. */
const reach = 10;

/** Names of what the page measures of itself (User Timing). */
const [frameMeasure, hoverMeasure] = ['map frame', 'map hover'];
const mostMeasures = 500;

/**
 * Draws a map into an element of the page, in place of its still picture.
 *
 * @param name Of the map, its key in the address.
 */
export function drawMap(element: HTMLElement, name: string, packed: PackedMap): void {
  const points = mapPoints(packed);
  const grid = pointGrid(points);
  const [under, over] = [pageElement('canvas'), pageElement('canvas')];
  const help =
    'Arrow keys move, plus and minus zoom, 0 shows all, Enter tells the image in the middle.';
  const window = pageElement(
    'div',
    { class: 'map-window', tabindex: '0', role: 'application', 'aria-label': `Map. ${help}` },
    under,
    over,
  );
  for (const canvas of [under, over]) canvas.setAttribute('aria-hidden', 'true');
  const legend = classLegend(points, () => changed());
  const card = pointCard(points, packed.sprite);
  const selection = selectionList(points, () => choose([]));
  let [view, colours] = [wholeMap, mapColours(element, points.classes.length)];
  let [point, chosen, outline, isDrawing]: [number, readonly number[], Polygon, boolean] = [
    -1,
    [],
    [],
    false,
  ];
  let frame = 0;

  const ratio = (): number => devicePixelRatio;
  const size = () => ({ width: window.clientWidth, height: window.clientHeight });
  const fit = (): void => {
    const [width, height] = [
      Math.max(1, Math.round(window.clientWidth * ratio())),
      Math.max(1, Math.round(window.clientHeight * ratio())),
    ];
    for (const canvas of [under, over]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    }
  };
  let image: ImageData | undefined;
  const drawAll = (): void => {
    const start = performance.now();
    fit();
    const context = under.getContext('2d', { alpha: false })!;
    if (image?.width !== under.width || image.height !== under.height) {
      image = context.createImageData(under.width, under.height);
    }
    const look = { colours: colours.classes, paper: colours.paper, shown: legend.shown };
    drawPoints(image, points, transformOf(view, under), { ...look, ratio: ratio() });
    context.putImageData(image, 0, 0);
    drawOver();
    measured(frameMeasure, start);
  };
  const drawOver = (): void => {
    const content = { point, chosen, outline };
    const context = over.getContext('2d')!;
    drawOverlay(context, points, transformOf(view, over), { content, colours, ratio: ratio() });
  };
  const redraw = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      drawAll();
    });
  };
  const changed = (): void => {
    if (point >= 0 && legend.shown[points.labels[point]!] === 0) pointAt(-1);
    history.replaceState(null, '', hashOf(name, { view, hidden: legend.hidden() }));
    redraw();
  };
  const pointAt = (found: number): void => {
    if (found === point) return;
    point = found;
    card.show(point);
    drawOver();
  };
  const inMap = (x: number, y: number) => {
    const { scale, left, top } = transformOf(view, size());
    return { x: (x - left) / scale, y: (y - top) / scale, px: 1 / scale };
  };
  const hover = (x: number, y: number, within: number): void => {
    const start = performance.now();
    const at = inMap(x, y);
    pointAt(grid.nearest(at.x, at.y, within * at.px, legend.shown));
    measured(hoverMeasure, start);
  };
  const choose = (found: readonly number[]): void => {
    chosen = found;
    selection.show(chosen);
    drawOver();
  };
  const look = (next: typeof view): void => {
    view = next;
    changed();
  };

  hearGestures(window, {
    move: (dx, dy) => look(movedView(view, size(), dx, dy)),
    zoom: (factor, x, y) =>
      look(
        zoomedView(view, size(), factor, x === undefined || y === undefined ? undefined : { x, y }),
      ),
    point: (x, y) => hover(x, y, reach),
    leave: () => pointAt(-1),
    pointAtMiddle: () => hover(size().width / 2, size().height / 2, size().width),
    whole: () => look(wholeMap),
    isDrawing: () => isDrawing,
    outline(x, y, isEnd) {
      const at = inMap(x, y);
      outline = [...outline, at.x, at.y];
      if (!isEnd) return drawOver();
      const within = pointsWithin(points, outline, legend.shown);
      outline = [];
      choose(within);
    },
  });

  const lasso = pageButton('Draw around points', () => {
    isDrawing = !isDrawing;
    lasso.setAttribute('aria-pressed', String(isDrawing));
    window.classList.toggle('map-drawing', isDrawing);
  });
  lasso.setAttribute('aria-pressed', 'false');
  const chooseShown = pageButton('Choose what is in view', () => {
    const [from, to] = [inMap(0, 0), inMap(size().width, size().height)];
    const corners = [from.x, from.y, to.x, from.y, to.x, to.y, from.x, to.y];
    choose(pointsWithin(points, corners, legend.shown));
  });
  const zoomBy = (factor: number) => () => look(zoomedView(view, size(), factor));
  const buttons = pageElement(
    'div',
    { class: 'map-buttons' },
    pageButton('Zoom in', zoomBy(1.5)),
    pageButton('Zoom out', zoomBy(1 / 1.5)),
    pageButton('Show all', () => look(wholeMap)),
    lasso,
    chooseShown,
  );
  const hint = pageElement(
    'p',
    { class: 'muted small' },
    `Drag to move; the wheel zooms once the map has the focus, two fingers zoom. ${help} `,
    'Shift and drag draws around points.',
  );
  const main = pageElement('div', {}, window, buttons, hint, selection.element);
  const side = pageElement('div', { class: 'map-side' }, card.element, legend.element);
  element.replaceChildren(pageElement('div', { class: 'map-parts' }, main, side));

  const restore = (): void => {
    const state = stateOfHash(name, location.hash);
    if (state === undefined) return;
    view = state.view;
    legend.hide(state.hidden);
    redraw();
  };
  const recolour = (): void => {
    colours = mapColours(element, points.classes.length);
    redraw();
  };
  restore();
  addEventListener('hashchange', restore);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  new ResizeObserver(redraw).observe(window);
  addEventListener('resize', redraw);
  drawAll();
}

/** Tells the page's own clock how long something took; of the last times only. */
function measured(name: string, start: number): void {
  if (performance.getEntriesByName(name).length >= mostMeasures) performance.clearMeasures(name);
  performance.measure(name, { start });
}
