/** Style of a page of views, in light and in dark. */
export const sheetStyle = `
:root { color-scheme: light dark; --back: #fff; --ink: #1a1a1a; --soft: #5c5c5c; --line: #ddd; }
@media (prefers-color-scheme: dark) {
  :root { --back: #16181b; --ink: #e8e8e8; --soft: #a6a6a6; --line: #3a3d42; }
}
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 100rem; background: var(--back); color: var(--ink);
  font: 1rem/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin-bottom: 0; }
h1, h3, td, th { overflow-wrap: anywhere; }
p { max-width: 50rem; margin: 0.3rem 0 0.8rem; }
article { border-top: 1px solid var(--line); padding: 0.4rem 0 1rem; }
article > p, figcaption { color: var(--soft); }
.row { display: flex; flex-wrap: wrap; gap: 1rem; }
.row > figure { flex: 0 0 16rem; }
ul { flex: 1 1 24rem; display: flex; flex-wrap: wrap; gap: 1rem; margin: 0; padding: 0; list-style: none; }
figure { margin: 0; }
figure .outlined { position: relative; width: fit-content; }
figure .outlined svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: none; }
figure .outlined rect { stroke-width: 2; vector-effect: non-scaling-stroke; }
img { display: block; image-rendering: pixelated; }
figcaption { margin-top: 0.3rem; max-width: 12.5rem; font-size: 0.8rem; }
figcaption svg { width: 0.7em; height: 0.7em; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 1.2rem 0.2rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th[scope='row'] { font-weight: normal; }
`;
