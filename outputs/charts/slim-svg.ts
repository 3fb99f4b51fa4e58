import { type Markup, markup } from '../page/markup.ts';

/** What is inside an SVG, and the part of the plane that it shows. */
export interface SlimSvg {
  readonly viewBox: string;
  readonly content: Markup;
}

/** A part of a drawing: an element, or a text as it stands in the source. */
type Part = Element | string;

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly parts: Part[];
}

const common = [
  'transform',
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'opacity',
] as const;

/** Elements of a drawing, and of each the attributes that are kept: no others get through, so no style, id, link or script. */
const kept: Readonly<Record<string, ReadonlySet<string>>> = {
  g: new Set(common),
  path: new Set([...common, 'd']),
  line: new Set([...common, 'x1', 'x2', 'y1', 'y2']),
  rect: new Set([...common, 'x', 'y', 'width', 'height']),
  text: new Set([...common, 'text-anchor', 'font-size', 'font-weight', 'x', 'y', 'dy']),
};

/** Values that an element has without them. */
const defaults: Readonly<Record<string, string>> = {
  opacity: '1',
  'fill-opacity': '1',
  'stroke-width': '1',
  'text-anchor': 'start',
  transform: 'translate(0,0)',
  x1: '0',
  y1: '0',
  x2: '0',
  y2: '0',
};

/**
 * An SVG of Vega without what draws nothing, its numbers rounded to a hundredth of a unit: a third of its size.
 *
 * @throws {Error} When it holds an element that no chart here has.
 */
export function slimSvg(svg: string): SlimSvg {
  const [open] = /^<svg[^>]*>/u.exec(svg) ?? [''];
  const viewBox = /viewBox="(?<box>[^"]*)"/u.exec(open)?.groups?.['box'];
  if (viewBox === undefined || !svg.endsWith('</svg>')) throw new Error('This is no SVG of Vega.');
  const parts = partsOf(svg.slice(open.length, -'</svg>'.length));
  return {
    viewBox: rounded(viewBox),
    content: { html: parts.flatMap(drawn).map(htmlOf).join('') },
  };
}

const tag = /<(?<end>\/?)(?<name>[\w:]+)(?<attributes>(?:\s+[\w:-]+="[^"]*")*)\s*(?<empty>\/?)>/gu;

function partsOf(inside: string): readonly Part[] {
  const top: Part[] = [];
  const open: Part[][] = [top];
  let at = 0;
  for (const match of inside.matchAll(tag)) {
    const { end, name = '', attributes = '', empty } = match.groups!;
    if (match.index > at) open.at(-1)!.push(inside.slice(at, match.index));
    at = match.index + match[0].length;
    if (end === '/') {
      open.pop();
      continue;
    }
    const element = { name, attributes: keptOf(name, attributes), parts: [] };
    open.at(-1)!.push(element);
    if (empty === '') open.push(element.parts);
  }
  return top;
}

function keptOf(name: string, attributes: string): ReadonlyMap<string, string> {
  const names = kept[name];
  if (names === undefined) throw new Error(`A chart has no element \`${name}\`.`);
  const pairs = attributes.matchAll(/(?<key>[\w:-]+)="(?<value>[^"]*)"/gu);
  return new Map(
    Array.from(
      pairs,
      ({ groups }) => [groups!['key']!, rounded(groups!['value']!)] as const,
    ).filter(([key, value]) => names.has(key) && value !== defaults[key]),
  );
}

/** What a part draws: nothing, itself, or what is in it. */
function drawn(part: Part): readonly Part[] {
  if (typeof part === 'string') return [part];
  const { name, attributes } = part;
  const parts = part.parts.flatMap(drawn);
  if (name === 'g')
    return attributes.size === 0 || parts.length === 0 ? parts : [{ ...part, parts }];
  const isPainted = attributes.has('fill') || attributes.has('stroke');
  return isPainted && attributes.get('d') !== '' ? [{ ...part, parts }] : [];
}

function htmlOf(part: Part): string {
  // What Vega has escaped is made text again, and escaped like all text of a page.
  if (typeof part === 'string') return markup`${unescaped(part)}`.html;
  const { name, attributes, parts } = part;
  const shown = Array.from(attributes, ([key, value]) => ` ${key}="${value}"`).join('');
  return parts.length === 0
    ? `<${name}${shown}/>`
    : `<${name}${shown}>${parts.map(htmlOf).join('')}</${name}>`;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function rounded(value: string): string {
  return value.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/gu, (digits) =>
    String(Math.round(Number(digits) * 100) / 100 + 0),
  );
}
