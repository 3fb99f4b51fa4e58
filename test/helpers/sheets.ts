import { parsers } from 'prettier/plugins/html';
import { sharp } from '../../operators/image/sharp-setup.ts';
import type { RgbImage } from '../../operators/types.ts';

/** An element of a page, as a parser that is not ours reads it. */
export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text right below it, entities resolved. */
  readonly text: string;
  readonly children: readonly PageElement[];
}

interface Node {
  readonly name?: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string | null }[];
  readonly children?: readonly Node[];
}

/** Parses a page with the parser of Prettier (Angular's), which refuses tags that do not match. */
export async function parsedPage(html: string): Promise<PageElement> {
  const root: unknown = await parsers.html.parse(html, { parser: 'html' } as never);
  return elementOf({ name: '', ...(root as Node) });
}

/** An element and all below it, in the order of the page. */
export function allElements(element: PageElement): readonly PageElement[] {
  return [element, ...element.children.flatMap(allElements)];
}

/** Pixels of a PNG, or of a `data:` URI that holds one. */
export async function pngPixels(file: Uint8Array | string): Promise<RgbImage> {
  const bytes = typeof file === 'string' ? Buffer.from(file.split('base64,')[1]!, 'base64') : file;
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`Expected three channels, got ${info.channels}`);
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

function elementOf({ name = '', attrs = [], children = [] }: Node): PageElement {
  return {
    name,
    attributes: Object.fromEntries(attrs.map((one) => [one.name, resolved(one.value ?? '')])),
    text: resolved(children.map(({ value = '' }) => value).join('')),
    children: children.filter((one) => one.name !== undefined).map(elementOf),
  };
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  amp: '&',
};

function resolved(text: string): string {
  return text.replaceAll(/&([^;]+);/gu, (entity, name: string) => entities[name] ?? entity);
}
