import { createHash } from 'node:crypto';
import test from 'ava';
import { dataBlock } from '../../../outputs/page/data-block.ts';
import { dataTable } from '../../../outputs/page/data-table.ts';
import { htmlPage } from '../../../outputs/page/html-page.ts';
import { markup } from '../../../outputs/page/markup.ts';
import { allElements, parsedPage } from '../../helpers/sheets.ts';

const page = {
  title: 'a "title" <of> it',
  description: "it's a page",
  header: markup`<h1>${'<b>'}</h1>`,
  main: markup`<p>text</p>`,
};

test('the policy of a page allows exactly its own style sheets and scripts, by their hashes', async (t) => {
  const html = htmlPage({ ...page, styles: ['p { color: red; }'], scripts: ['let a;', 'let b;'] });
  const elements = allElements(await parsedPage(html));
  const policy = elements.find(({ attributes }) => 'http-equiv' in attributes)!.attributes[
    'content'
  ]!;
  const directives = new Map(
    policy.split('; ').map((one) => {
      const [name = '', ...sources] = one.split(' ');
      return [name, sources];
    }),
  );
  const hashes = (name: string): readonly string[] =>
    Array.from(html.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gsu')), ([, text = '']) => {
      const hash = createHash('sha256').update(text).digest('base64');
      return `'sha256-${hash}'`;
    });
  t.is(hashes('style').length, 2);
  t.is(hashes('script').length, 2);
  t.deepEqual(directives.get('style-src'), hashes('style'));
  t.deepEqual(directives.get('script-src'), hashes('script'));
  t.deepEqual(directives.get('default-src'), ["'none'"]);
  t.deepEqual(directives.get('img-src'), ['data:']);
  t.notRegex(policy, /unsafe|https?:|\*/u);
});

test('a page without scripts allows none', (t) => {
  t.notRegex(htmlPage(page), /<script|script-src/u);
});

test('titles and texts of a page are text, whatever is in them', async (t) => {
  const elements = allElements(await parsedPage(htmlPage(page)));
  const named = (name: string) => elements.filter((one) => one.name === name);
  t.is(named('title')[0]?.text, page.title);
  t.is(named('h1')[0]?.text, '<b>');
  t.is(named('b').length, 0);
  const description = elements.find(({ attributes }) => attributes['name'] === 'description');
  t.is(description?.attributes['content'], page.description);
});

test('a style sheet or a script that would end its element is refused', (t) => {
  for (const text of ['</script>', '</STYLE >', '<!-- x', 'a\rb', '\0']) {
    t.throws(() => htmlPage({ ...page, styles: [text] }), { instanceOf: RangeError });
    t.throws(() => htmlPage({ ...page, scripts: [text] }), { instanceOf: RangeError });
  }
});

test('data of a page comes back as it was, and cannot end its element', (t) => {
  const value = { '</script><script>alert(1)</script>': ['<!--', '\u2028', '"'] };
  const { html } = dataBlock('points', value);
  const [, json = ''] = /^<script type="application\/json" id="points">(.*)<\/script>$/su.exec(
    html,
  )!;
  t.false(json.includes('<'));
  t.deepEqual(JSON.parse(json), value);
});

test('a table scrolls by itself, can be reached by keyboard, and names its rows and columns', async (t) => {
  const hostile = `"><script>alert(1)</script>`;
  const table = dataTable({
    caption: hostile,
    columns: [{ heading: hostile }, { heading: 'n', isNumber: true }],
    rows: [
      [hostile, '1'],
      ['b', markup`<b>2</b>`],
    ],
  });
  const elements = allElements(await parsedPage(table.html));
  const region = elements.find(({ name }) => name === 'div');
  t.like(region!.attributes, { tabindex: '0', role: 'group', 'aria-label': hostile });
  t.is(elements.filter(({ name }) => name === 'script').length, 0);
  const headings = elements.filter(({ name }) => name === 'th');
  t.deepEqual(
    headings.map(({ attributes, text }) => [attributes['scope'], text]),
    [
      ['col', hostile],
      ['col', 'n'],
      ['row', hostile],
      ['row', 'b'],
    ],
  );
  t.is(elements.find(({ name }) => name === 'caption')?.children[0]?.text, hostile);
});
