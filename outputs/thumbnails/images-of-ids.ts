import type { RgbImage } from '../../operators/types.ts';

/** Image that is wanted, by its id. */
export interface WantedImage {
  readonly id: string;
  /** SHA-256 (hex) of its file as it was when its vector was made; null when unknown. @default null */
  readonly sha256?: string | null | undefined;
}

/** Image of an id, or the reason why there is none. */
export type FoundImage =
  | {
      readonly id: string;
      readonly image: RgbImage;
      /** True when its file has other bytes than `WantedImage.sha256` says. */
      readonly isChanged: boolean;
    }
  | { readonly id: string; readonly image: null; readonly reason: string };

/** Images by their ids, wherever they are. Whoever composes opens them: results know no sources of images. */
export interface ImagesOfIds {
  /** Where the images are, for messages. */
  readonly name: string;
  /**
   * Images in the order in which they are wanted, each whole and upright. Few are in memory at a time. One that cannot be
   * read is found as a reason.
   *
   * @param side Shorter side in pixels that is enough: larger images may come smaller, down to it.
   * @throws {PipelineError} When none can be read any more, such as a store that went away.
   */
  images(
    wanted: readonly WantedImage[],
    side: number,
    signal?: AbortSignal,
  ): AsyncIterable<FoundImage>;
}

/** Images of the sets that results were made of. */
export interface ImagesOfSets {
  /**
   * Images of the set whose dataset has this hash (`Dataset.hash`), by which exports and evaluations name it. Undefined, which
   * is told once, when there are none.
   */
  readonly of: (datasetHash: string) => Promise<ImagesOfIds | undefined>;
}
