/** What a person does on a map, in pixels of its window. */
export interface MapGestures {
  readonly move: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, x?: number, y?: number) => void;
  /** Points at a place. */
  readonly point: (x: number, y: number) => void;
  readonly leave: () => void;
  /** Points at what is nearest to the middle. */
  readonly pointAtMiddle: () => void;
  readonly whole: () => void;
  readonly isDrawing: () => boolean;
  readonly outline: (x: number, y: number, isEnd: boolean) => void;
}

/** Share of the window that an arrow key moves by, and factor of a key that zooms. */
const [keyMove, keyZoom] = [0.1, 1.5];

/**
 * Mouse, touch and keys of a map. Of touches two move and zoom, so that one scrolls the page; the wheel zooms when the map
 * has the focus, or with Ctrl, so that it scrolls the page otherwise.
 */
export function hearGestures(element: HTMLElement, gestures: MapGestures): void {
  hearPointers(element, gestures);
  element.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      const { x, y } = placeIn(element, event);
      gestures.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), x, y);
    },
    { passive: false },
  );
  element.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const act = keys(element, gestures)[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function keys(
  { clientWidth, clientHeight }: HTMLElement,
  { move, zoom, pointAtMiddle, whole, leave }: MapGestures,
): Readonly<Record<string, () => void>> {
  const [dx, dy] = [keyMove * clientWidth, keyMove * clientHeight];
  return {
    ArrowLeft: () => move(dx, 0),
    ArrowRight: () => move(-dx, 0),
    ArrowUp: () => move(0, dy),
    ArrowDown: () => move(0, -dy),
    '+': () => zoom(keyZoom),
    '=': () => zoom(keyZoom),
    '-': () => zoom(1 / keyZoom),
    0: whole,
    Home: whole,
    Enter: pointAtMiddle,
    ' ': pointAtMiddle,
    Escape: leave,
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function placeIn(element: HTMLElement, event: MouseEvent): Place {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function hearPointers(element: HTMLElement, gestures: MapGestures): void {
  const held = new Map<number, Place>();
  let isOutline = false;
  element.addEventListener('pointerdown', (event) => {
    const place = placeIn(element, event);
    held.set(event.pointerId, place);
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    isOutline = held.size === 1 && (gestures.isDrawing() || event.shiftKey);
    if (isOutline) gestures.outline(place.x, place.y, false);
    else gestures.point(place.x, place.y);
  });
  element.addEventListener('pointermove', (event) => {
    const place = placeIn(element, event);
    const before = held.get(event.pointerId);
    if (before === undefined) gestures.point(place.x, place.y);
    else if (isOutline) gestures.outline(place.x, place.y, false);
    else drag(event, place, before);
  });
  const drag = (event: PointerEvent, place: Place, before: Place): void => {
    held.set(event.pointerId, place);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    const [dx, dy] = [place.x - before.x, place.y - before.y];
    if (other === undefined) {
      if (event.pointerType !== 'touch') gestures.move(dx, dy);
      return;
    }
    const apart = ({ x, y }: Place): number => Math.max(1, Math.hypot(x - other.x, y - other.y));
    gestures.move(dx / 2, dy / 2);
    gestures.zoom(apart(place) / apart(before), (place.x + other.x) / 2, (place.y + other.y) / 2);
  };
  const release = (event: PointerEvent): void => {
    if (!held.delete(event.pointerId) || !isOutline) return;
    isOutline = false;
    const { x, y } = placeIn(element, event);
    gestures.outline(x, y, true);
  };
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', (event) => {
    // A finger leaves when it is lifted: what it pointed at stays.
    if (held.size === 0 && event.pointerType !== 'touch') gestures.leave();
  });
}
