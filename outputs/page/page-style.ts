/**
 * Style of every page, in light and in dark, from 360 pixels on.
 *
 * Custom properties are its vocabulary: `--ink`, `--muted`, `--paper`, `--panel`, `--line`, `--accent`, `--good`, `--bad`, and
 * `--c0` to `--c9` for categories. Each colour but `--panel` and `--line` has a contrast of 4.5 with `--paper`, so that it may colour text.
 */
export const pageStyle = `
:root { color-scheme: light dark;
  --ink: #1b1d21; --muted: #5a6069; --paper: #fff; --panel: #f4f5f7; --line: #d5d9df; --accent: #1d5fbf;
  --good: #18753c; --bad: #b3261e;
  --c0: #1f63c4; --c1: #b4530a; --c2: #17794a; --c3: #a3257a; --c4: #6a56cf;
  --c5: #846700; --c6: #0b7285; --c7: #b3261e; --c8: #5b6470; --c9: #7d4a2a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --muted: #a7adb5; --paper: #16181b; --panel: #1f2226; --line: #3a3f46; --accent: #8ab4f8;
    --good: #6fd195; --bad: #ff8f85;
    --c0: #7fb0ff; --c1: #ffab5e; --c2: #62d69a; --c3: #f28bd0; --c4: #b3a6ff;
    --c5: #e0c24a; --c6: #5fd3e3; --c7: #ff8f85; --c8: #a9b4c0; --c9: #d9a27e; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
@media (min-width: 48rem) { body { padding: 2rem; } }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.3rem; }
h1, h2, h3, p, li, dt, dd, figcaption, caption, code { overflow-wrap: anywhere; }
p { max-width: 52rem; margin: 0.3rem 0 0.8rem; }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, monospace; }
pre { margin: 0.3rem 0 0.8rem; padding: 0.6rem 0.8rem; background: var(--panel); border-radius: 0.3rem; white-space: pre-wrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.muted, figcaption, caption { color: var(--muted); }
.small, figcaption, caption { font-size: 0.875rem; }
.scroll { overflow-x: auto; max-width: 100%; margin: 0.3rem 0 1rem; }
.scroll.tall { overflow-y: auto; max-height: 32rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: start; padding-bottom: 0.3rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(52rem, calc(100vw - 2rem)); }
th, td { padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
thead th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
th[scope='row'] { font-weight: normal; }
/* A table scrolls before it breaks the name of a row. */
th[scope='row'] > code { overflow-wrap: break-word; }
th.number, td.number { text-align: end; white-space: nowrap; }
td .range { display: block; color: var(--muted); font-size: 0.8125rem; }
figure { margin: 0.5rem 0 1.5rem; }
figure svg { max-width: 100%; height: auto; }
figcaption { max-width: 52rem; margin-top: 0.3rem; }
img { max-width: 100%; }
`;
