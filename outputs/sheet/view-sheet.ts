import type { ViewDraw } from '../../operators/image/draw-view.ts';
import type { ViewRecipe } from '../../operators/image/view-recipe.ts';
import type { RgbImage } from '../../operators/types.ts';

/** A view as a person looks at it. */
export interface SheetView {
  readonly draw: ViewDraw;
  /** A local view of the recipe, of a small part of the image. */
  readonly local: boolean;
  /** Its colours, normalisation undone. */
  readonly colours: RgbImage;
}

/** An image and its views: a row of a contact sheet. */
export interface SheetRow {
  readonly id: string;
  /** Null when it is not known. */
  readonly className: string | null;
  /** Sides of the picture in its file, upright, in pixels. */
  readonly size: Pick<RgbImage, 'width' | 'height'>;
  /** As views are made of it: shrunk on loading where it is large. */
  readonly image: RgbImage;
  /** What was repaired in its file; absent when nothing was. */
  readonly repaired?: string | undefined;
  readonly views: readonly SheetView[];
}

/** An image that could not be used, and why. */
export type LeftOut = { readonly id: string; readonly reason: string };

/** Contact sheet: some images of a dataset, each with views of it. */
export interface ViewSheet {
  /** Of the dataset. */
  readonly name: string;
  readonly recipe: ViewRecipe;
  /** Side of the square views, in pixels. */
  readonly imageSize: number;
  readonly seed: number;
  /** At least one. */
  readonly rows: readonly SheetRow[];
  readonly leftOut: readonly LeftOut[];
}
