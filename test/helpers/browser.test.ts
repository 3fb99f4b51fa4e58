import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { browserTest, noBrowser, openPage } from './browser.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function page(t: ExecutionContext, body: string, head = ''): Promise<string> {
  const file = path.join(await temporaryFolder(t), 'a page.html');
  const start = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title>${head}</head>`;
  await writeFile(file, `${start}<body><main><h1>A</h1>${body}</main></body></html>`);
  return file;
}

const strict = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;

test('what a browser is missing for is said in a sentence', (t) => {
  t.is(typeof (noBrowser() ?? ''), 'string');
});

browserTest('a sound page has no errors, asks for nothing, and axe finds nothing', async (t) => {
  const opened = await openPage(t, await page(t, '<p>Fine.</p>', strict));
  t.deepEqual(await opened.violations(), []);
  t.is(await opened.overflow(), 0);
  t.deepEqual([...opened.consoleErrors, ...opened.pageErrors, ...opened.requests], []);
});

browserTest('what is wrong with a page is found', async (t) => {
  const body =
    '<img src="missing.png"><script>throw new Error("thrown here")</script>' +
    '<div><p>Wide.</p></div>';
  const wide = '<style>div { width: 2000px }</style>';
  const opened = await openPage(t, await page(t, body, wide), { width: 360 });
  t.regex((await opened.violations()).join('\n'), /^image-alt: critical/u);
  t.true((await opened.overflow()) > 1600);
  t.deepEqual(opened.pageErrors, ['thrown here']);
  t.regex(opened.requests.join('\n'), /missing\.png$/u);
  t.is(opened.consoleErrors.length, 1);
});

browserTest('a policy that is broken is an error of the console', async (t) => {
  const opened = await openPage(t, await page(t, '<script>var ran = 1</script>', strict));
  t.regex(opened.consoleErrors.join('\n'), /Content Security Policy/u);
  t.is(await opened.evaluate('typeof ran'), 'undefined');
});

browserTest('with scripts off the page runs none, and axe still looks at it', async (t) => {
  const body = '<script>var ran = 1</script><noscript><img src="data:,"></noscript>';
  const opened = await openPage(t, await page(t, body), { scripts: false });
  t.is(await opened.evaluate('typeof ran'), 'undefined');
  t.regex((await opened.violations()).join('\n'), /^image-alt/u);
});

browserTest('a page is seen in the colours and the width that were asked for', async (t) => {
  const dark =
    '<style>@media (prefers-color-scheme: dark) { body { background: #010203 } }</style>';
  const opened = await openPage(t, await page(t, '', dark), { colorScheme: 'dark', width: 360 });
  t.is(await opened.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(1, 2, 3)');
  t.is(await opened.evaluate('innerWidth'), 360);
});
