/** Style of reports, beside that of all pages. */
export const reportStyle = `
nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 0.5rem 0 0; padding: 0; list-style: none; }
.headline { font-size: 1.25rem; line-height: 1.45; margin-bottom: 0.6rem; }
.about { min-width: min(14rem, 45vw); max-width: 36rem; white-space: normal; }
th[scope='row'] .about { display: block; color: var(--muted); font-size: 0.8125rem; }
.whole { white-space: nowrap; }
.hash { display: block; width: 16.2ch; font-size: 0.8125rem; line-height: 1.3; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0 2rem; align-items: start; }
.beside > * { min-width: 0; }
details { margin: 0.3rem 0 1rem; }
summary { cursor: pointer; }
.theme caption span { position: absolute; clip-path: inset(50%); }
`;
