import path from 'node:path';
import { livePage, type LiveState } from '../../../outputs/live/live-page.ts';
import { liveReport } from '../../../outputs/live/live-report.ts';
import { type LiveAnswer, openLiveServer } from '../../../outputs/live/live-server.ts';
import { dataTable } from '../../../outputs/page/data-table.ts';
import { markup } from '../../../outputs/page/markup.ts';
import { browserTest, openAddress, type OpenedPage } from '../../helpers/browser.ts';
import { growingRun } from '../../helpers/growing-run.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function said({ page }: OpenedPage, selector: string, text: string): Promise<void> {
  await page.locator(selector, { hasText: text }).waitFor();
}

/** A page with a wide table, and much below it. */
function pageOf(value: string, state: LiveState): LiveAnswer {
  const columns = Array.from({ length: 30 }, (_, at) => ({ heading: `column ${at}` }));
  const rows = [columns.map(() => value)];
  const lines = Array.from({ length: 80 }, (_, at) => markup`<p>${at}: ${value}</p>`);
  return livePage(
    {
      title: 'a run',
      description: 'made up',
      header: markup`<h1>a run</h1>`,
      main: markup`${dataTable({ caption: 'numbers', columns, rows })}
<details><summary>more</summary><p>${value}</p></details>
${lines}`,
      styles: [],
      scripts: [],
      sections: [],
      notes: [],
    },
    state,
  );
}

browserTest('what is new is put into the page, whose reader stays where they are', async (t) => {
  let now = pageOf('one', { text: 'at one', ended: false });
  const server = await openLiveServer(async () => now);
  t.teardown(() => server.close());
  const opened = await openAddress(t, server.address, { width: 360 });
  const { evaluate } = opened;
  await evaluate(`(() => {
    document.querySelector('.scroll').scrollLeft = 50;
    document.querySelector('.scroll').focus();
    document.querySelector('details').open = true;
    scrollTo(0, 300);
  })()`);
  now = pageOf('two', { text: 'at two', ended: false });
  await said(opened, '#live-state', 'at two');
  t.is(await evaluate<string>(`document.querySelector('details p').textContent`), 'two');
  t.deepEqual(
    await evaluate(`[
      document.querySelector('.scroll').scrollLeft,
      document.activeElement.className,
      document.querySelector('details').open,
      scrollY,
    ]`),
    [50, 'scroll', true, 300],
  );
  t.is(await evaluate<string>(`document.getElementById('live-news').textContent`), '');
  now = pageOf('two', { text: 'at its end', ended: true });
  await said(opened, '#live-news', 'at its end');
  t.deepEqual(await opened.violations(), []);
  t.is(await opened.overflow(), 0);
  await server.close();
  await said(opened, '#live-news', 'the page is not served any more');
  t.deepEqual(opened.pageErrors, []);
});

browserTest(
  'a page in a browser follows its run to the end, and asks for nothing else',
  async (t) => {
    const folder = path.join(await temporaryFolder(t), 'run');
    const run = await growingRun(folder);
    await run.trainUntil(3);
    const server = await openLiveServer(await liveReport([folder], { share: 1 }));
    t.teardown(() => server.close());
    const opened = await openAddress(t, server.address);
    await said(opened, '#live-state', '3 of 20 steps so far');
    await run.trainUntil(20);
    await run.close();
    await said(opened, '#live-news', 'ended after 20 steps');
    t.deepEqual(opened.consoleErrors, []);
    t.deepEqual(opened.pageErrors, []);
    t.true(opened.requests.every((address) => address.startsWith(`${server.address}news?`)));
    t.deepEqual(await opened.violations(), []);
    const bare = await openAddress(t, server.address, { scripts: false });
    t.is(await bare.page.locator('#live-state').textContent(), 'ended after 20 steps');
    await bare.page.getByRole('link', { name: 'Load it again' }).waitFor();
  },
);
