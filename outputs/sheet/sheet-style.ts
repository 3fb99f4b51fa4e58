/** Style of a page of views, beside that of all pages. */
export const sheetStyle = `
h3 { margin-bottom: 0; }
td, tbody th { overflow-wrap: anywhere; }
article { border-top: 1px solid var(--line); padding: 0.4rem 0 1rem; }
article > p { color: var(--muted); }
.row { display: flex; flex-wrap: wrap; gap: 1rem; }
.row > figure { flex: 0 0 16rem; }
ul { flex: 1 1 24rem; display: flex; flex-wrap: wrap; gap: 1rem; margin: 0; padding: 0; list-style: none; }
figure { margin: 0; }
figure .outlined { position: relative; width: fit-content; }
figure .outlined svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: none; }
figure .outlined rect { stroke-width: 2; vector-effect: non-scaling-stroke; }
img { display: block; image-rendering: pixelated; }
figcaption { max-width: 12.5rem; font-size: 0.8rem; }
figcaption svg { width: 0.7em; height: 0.7em; }
`;
