import { createHash } from 'node:crypto';
import { htmlPage } from '../page/html-page.ts';
import { markup } from '../page/markup.ts';
import type { DrawnReport } from '../report/write-report.ts';
import { liveScript } from './live-script.ts';
import type { LiveAnswer } from './live-server.ts';

/** Where what is shown stands. */
export interface LiveState {
  readonly text: string;
  readonly ended: boolean;
}

/**
 * A report as a live page: where it stands below its heading, and a script that asks for what is new.
 *
 * Where scripts are off, a link loads it again; a page that loads itself again takes it from whoever reads it.
 */
export function livePage(report: DrawnReport, { text, ended }: LiveState): LiveAnswer {
  const { main, scripts, styles } = report;
  const drawnHash = hashOf(main.html);
  // What stands in the page beside its main part is new by loading it again, and so are scripts of sections run again.
  const around = [report.header.html, ...styles, ...scripts];
  const assets = hashOf(...around, scripts.length === 0 ? '' : main.html);
  const version = `${drawnHash}.${hashOf(text)}`;
  const page = (): string =>
    htmlPage({
      ...report,
      header: markup`${report.header}
<p id="live" class="muted" data-version="${version}" data-assets="${assets}">Live: <span id="live-state">${text}</span></p>
<p id="live-news" role="status">${ended ? text : ''}</p>
<noscript><p><a href="./">Load it again</a>, as scripts are off.</p></noscript>`,
      scripts: [...scripts, liveScript],
      connects: true,
    });
  return {
    page,
    version,
    news: (have) => {
      const isSame = have.split('.')[0] === drawnHash;
      return { assets, state: text, ended, ...(isSame ? {} : { main: main.html }) };
    },
  };
}

function hashOf(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('base64url').slice(0, 16);
}
