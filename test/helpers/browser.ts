import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian puts it; `.ci/browser` installs it. */
const program = process.env['SINCERE_CHROMIUM'] ?? '/usr/bin/chromium';

/** How a page is looked at. */
export interface PageView {
  /** Width of the window in px. @default 1280 */
  readonly width?: number | undefined;
  /** Height of the window in px. @default 800 */
  readonly height?: number | undefined;
  /** @default 'light' */
  readonly colorScheme?: 'light' | 'dark' | undefined;
  /** Whether scripts of the page run. @default true */
  readonly scripts?: boolean | undefined;
  /** Pixels of the screen for each px. @default 1 */
  readonly pixelRatio?: number | undefined;
  /** Whether the window takes touches. @default false */
  readonly touch?: boolean | undefined;
  /** What follows the address of the page, with its `#`. */
  readonly hash?: string | undefined;
}

/** A page in the browser, and what it has said and asked for since it was opened. */
export interface OpenedPage {
  /** For clicks, keys and screenshots. Scripts are run by `evaluate`: its own asks the page's policy. */
  readonly page: Page;
  /** Errors of the console, in order: those of the page's content policy are among them. */
  readonly consoleErrors: readonly string[];
  /** Errors that no script has caught. */
  readonly pageErrors: readonly string[];
  /** Every address that was asked for except the page itself and `data:`. */
  readonly requests: readonly string[];
  /** Evaluates an expression in the page, of which promises are awaited, whatever its policy says. */
  readonly evaluate: <T>(expression: string) => Promise<T>;
  /** What axe-core finds: `rule: how bad, where`, a line for each element. Also where scripts are off. */
  readonly violations: () => Promise<readonly string[]>;
  /** By how many px the content is wider than the window. */
  readonly overflow: () => Promise<number>;
}

/** Why there is no browser; undefined when there is one. */
export function noBrowser(): string | undefined {
  if (existsSync(program)) return undefined;
  return `no Chromium at ${program}: \`.ci/browser\` installs it on Debian, SINCERE_CHROMIUM names another`;
}

/** A test with a browser; where there is none, a test that says why. */
export function browserTest(title: string, body: (t: ExecutionContext) => Promise<void>): void {
  const missing = noBrowser();
  // One after the other: pages share the cores and the memory of one browser.
  test.serial(title, async (t) => {
    if (missing === undefined) return await body(t);
    t.log(missing);
    t.pass();
  });
}

/**
 * Opens a file in headless Chromium, one browser for all tests of a process. The window is closed when the test has
 * ended.
 */
export async function openPage(
  t: ExecutionContext,
  file: string,
  view: PageView = {},
): Promise<OpenedPage> {
  return await openAddress(t, `${pathToFileURL(file).href}${view.hash ?? ''}`, view);
}

/** The same of an address, such as that of a live page. */
export async function openAddress(
  t: ExecutionContext,
  address: string,
  view: PageView = {},
): Promise<OpenedPage> {
  const context = await newContext(view);
  t.teardown(async () => await context.close());
  const page = await context.newPage();
  const heard = hear(page, address);
  await page.goto(address);
  const evaluate = await evaluator(context, page);
  return {
    page,
    ...heard,
    evaluate,
    violations: async () =>
      view.scripts === false
        ? await violations(await copyWithoutScripts(t, evaluate, view))
        : await violations(evaluate),
    overflow: async () =>
      await evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      ),
  };
}

async function newContext(view: PageView): Promise<BrowserContext> {
  const { width = 1280, height = 800, colorScheme = 'light', scripts = true } = view;
  const browser = await sharedBrowser();
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    javaScriptEnabled: scripts,
    deviceScaleFactor: view.pixelRatio ?? 1,
    hasTouch: view.touch ?? false,
  });
  // How long a test may take is AVA's to say.
  context.setDefaultTimeout(0);
  return context;
}

function hear(
  page: Page,
  address: string,
): Pick<OpenedPage, 'consoleErrors' | 'pageErrors' | 'requests'> {
  const consoleErrors: string[] = [];
  const pageErrors: string[] = [];
  const requests: string[] = [];
  const [own] = address.split('#');
  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('request', (request) => {
    const [asked = ''] = request.url().split('#');
    if (asked !== own && !asked.startsWith('data:')) requests.push(request.url());
  });
  return { consoleErrors, pageErrors, requests };
}

/** Evaluates by the debugging protocol: neither a policy against `eval` nor scripts that are off forbid that. */
async function evaluator(context: BrowserContext, page: Page): Promise<OpenedPage['evaluate']> {
  const session = await context.newCDPSession(page);
  return async <T>(expression: string) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      const said = exceptionDetails.exception?.description ?? exceptionDetails.text;
      throw new Error(`In the page: ${said}`);
    }
    return result.value as T;
  };
}

/**
 * The page as it is where scripts are off, in a window where axe-core can run: without its scripts, and with what stands
 * in `<noscript>`.
 */
async function copyWithoutScripts(
  t: ExecutionContext,
  evaluate: OpenedPage['evaluate'],
  view: PageView,
): Promise<OpenedPage['evaluate']> {
  const html = await evaluate<string>('document.documentElement.outerHTML');
  const context = await newContext({ ...view, scripts: true });
  t.teardown(async () => await context.close());
  const page = await context.newPage();
  const bare = html.replaceAll(/<script\b[\s\S]*?<\/script>|<\/?noscript[^>]*>/gu, '');
  await page.setContent(`<!doctype html>${bare}`);
  return await evaluator(context, page);
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly html: string }[];
}

async function violations(evaluate: OpenedPage['evaluate']): Promise<readonly string[]> {
  await evaluate(`${await axeSource()};undefined`);
  const found = await evaluate<readonly AxeViolation[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`,
  );
  return found.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${impact}, ${help}: ${target.join(' ')}: ${html}`),
  );
}

let axe: Promise<string> | undefined;

async function axeSource(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  return await (axe ??= readFile(file, 'utf8'));
}

let browser: Promise<Browser> | undefined;

async function sharedBrowser(): Promise<Browser> {
  // Shared memory of containers is small; a program of root has no sandbox of its own.
  const args = ['--disable-dev-shm-usage'];
  return await (browser ??= chromium.launch({ executablePath: program, args, timeout: 0 }));
}

test.after.always('the browser is closed', async () => {
  await (await browser)?.close();
});
