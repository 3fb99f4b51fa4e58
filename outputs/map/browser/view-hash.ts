import { bounded, type MapView } from './map-view.ts';

/** What the address of a page says of a map. */
export interface MapState {
  readonly view: MapView;
  /** Classes that are not shown. */
  readonly hidden: readonly number[];
}

/** More hidden classes than this do not stand in the address. */
const mostHidden = 300;

/** `#NAME=x,y,zoom,class.class`, classes by their positions in base 36. */
export function hashOf(name: string, { view, hidden }: MapState): string {
  const { x, y, zoom } = view;
  const numbers = [x.toFixed(4), y.toFixed(4), zoom.toFixed(2)];
  const classes = hidden.length > mostHidden ? [] : hidden.map((at) => at.toString(36));
  return `#${name}=${[...numbers, classes.join('.')].join(',')}`;
}

/** The state that an address holds for a map; undefined where it holds none. */
export function stateOfHash(name: string, hash: string): MapState | undefined {
  const [key, value = ''] = hash.replace(/^#/u, '').split('=');
  if (key !== name) return undefined;
  const [x, y, zoom, classes = ''] = value.split(',');
  const numbers = [x, y, zoom].map(Number);
  if (!numbers.every(Number.isFinite)) return undefined;
  const hidden = classes.split('.').map((at) => Number.parseInt(at, 36));
  return {
    view: bounded({ x: numbers[0]!, y: numbers[1]!, zoom: numbers[2]! }),
    hidden: hidden.filter((at) => at >= 0),
  };
}
