import { categories } from './colour-class.ts';

/** Colours of a map, from the custom properties of the page. */
export interface MapColours {
  /** `[classes + 1]` pixels as the memory of a canvas holds them; the last is that of an unknown class. */
  readonly classes: Uint32Array;
  readonly paper: number;
  readonly ink: string;
  readonly accent: string;
}

export function mapColours(element: Element, classes: number): MapColours {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const pixel = (colour: string): number => {
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0]!;
  };
  const known = Array.from({ length: categories }, (_, at) => pixel(value(`--c${at}`)));
  return {
    classes: Uint32Array.from({ length: classes + 1 }, (_, at) =>
      at === classes ? pixel(value('--muted')) : known[at % categories]!,
    ),
    paper: pixel(value('--paper')),
    ink: value('--ink'),
    accent: value('--accent'),
  };
}
