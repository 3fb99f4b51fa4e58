import type { FoundImage, ImagesOfIds } from '../../outputs/thumbnails/images-of-ids.ts';

/** Images of one colour, wider than high: their outer thirds are black. */
export function coloured(
  colours: Readonly<Record<string, readonly [number, number, number]>>,
): ImagesOfIds {
  return {
    name: 'photos',
    async *images(wanted): AsyncGenerator<FoundImage> {
      for (const { id, sha256 } of wanted) {
        const colour = colours[id];
        if (colour === undefined) yield { id, image: null, reason: `there is no \`${id}\`` };
        else yield { id, image: wide(colour), isChanged: sha256 === 'other' };
      }
    },
  };
}

function wide(colour: readonly number[]) {
  const isInside = (x: number): boolean => x >= 100 && x < 200;
  const data = Uint8Array.from({ length: 300 * 100 * 3 }, (_, at) =>
    isInside(Math.floor(at / 3) % 300) ? colour[at % 3]! : 0,
  );
  return { width: 300, height: 100, data };
}
