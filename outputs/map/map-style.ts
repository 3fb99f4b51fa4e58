import { categories } from './browser/colour-class.ts';

const colours = Array.from(
  { length: categories },
  (_, at) => `.map-c${at} { --map: var(--c${at}); }`,
).join('\n');

/** Style sheet of maps. */
export const mapStyle: string = `
${colours}
.map-unknown { --map: var(--muted); }
.map-still { display: block; width: 100%; max-width: 40rem; height: auto; }
.map-still path { fill: none; stroke: var(--map); stroke-width: 3; stroke-linecap: round; }
.map-sprite { display: none; }
.map-parts { display: grid; gap: 1rem; }
.map-parts > * { min-width: 0; }
@media (min-width: 60rem) { .map-parts { grid-template-columns: minmax(0, 1fr) 20rem; } }
.map-window { position: relative; width: 100%; height: clamp(20rem, 80vw, 36rem); max-height: 80vh; border: 1px solid var(--line);
  border-radius: 0.3rem; overflow: hidden; cursor: grab; touch-action: pan-x pan-y; user-select: none; }
.map-window.map-drawing { cursor: crosshair; touch-action: none; }
.map-window canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.map-buttons { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.5rem 0; }
.map-buttons[hidden] { display: none; }
.map-parts button { font: inherit; font-size: 0.875rem; color: var(--ink); background: var(--panel);
  border: 1px solid var(--line); border-radius: 0.3rem; padding: 0.2rem 0.6rem; cursor: pointer; }
.map-parts button[aria-pressed='true'] { border-color: var(--accent); color: var(--accent); }
.map-parts textarea { width: 100%; font: 0.8125rem/1.4 ui-monospace, monospace; color: var(--ink); background: var(--panel);
  border: 1px solid var(--line); }
.map-status { margin: 0.5rem 0; font-size: 0.875rem; }
.map-side { display: flex; flex-direction: column; gap: 1rem; font-size: 0.875rem; }
/* Beside the map the legend stays where it is, whatever is said of an image below it. */
@media (min-width: 60rem) { .map-side { flex-direction: column-reverse; justify-content: flex-end; } }
.map-card { min-height: 6rem; }
.map-card ol { margin: 0.3rem 0; padding: 0; list-style: none; }
.map-point { display: flex; gap: 0.5rem; align-items: center; margin: 0.2rem 0; overflow-wrap: anywhere; }
.map-thumbnail { flex: none; width: 3rem; height: 3rem; }
.map-legend { border: 1px solid var(--line); border-radius: 0.3rem; min-width: 0; }
.map-legend input[type='search'] { width: 100%; font: inherit; }
.map-classes { max-height: 22rem; overflow-y: auto; }
.map-classes label { display: flex; gap: 0.4rem; align-items: center; padding: 0.1rem 0; overflow-wrap: anywhere; }
.map-classes label[hidden] { display: none; }
.map-swatch { flex: none; display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 50%; background: var(--map);
  margin-inline-end: 0.3rem; }
.map-count { color: var(--muted); margin-inline-start: auto; }
`;
