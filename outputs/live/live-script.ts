/** Seconds from one look at what is new to the next. */
const lookEvery = 2;

/**
 * Script of a live page: it asks for what is new and puts it into the page, with focus, places of scrolling and opened
 * details as they were. A hidden page does not ask, nor does one in which text is selected, which would be lost.
 *
 * `#live` holds in its data what the page is; `#live-state` is where it stands, `#live-news` what is worth being read aloud.
 */
export const liveScript: string = `
(() => {
  const live = document.getElementById('live');
  const main = document.querySelector('main');
  const state = document.getElementById('live-state');
  const news = document.getElementById('live-news');
  const { assets } = live.dataset;
  let { version } = live.dataset;
  let timer;

  const say = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };
  const placeOf = (element) => {
    const place = [];
    for (let one = element; one !== main; one = one.parentElement) {
      place.unshift(Array.prototype.indexOf.call(one.parentElement.children, one));
    }
    return place;
  };
  const elementAt = (place) => place.reduce((one, at) => one && one.children[at], main);

  const replace = (html) => {
    const focused = document.activeElement;
    const focus = focused !== main && main.contains(focused) ? placeOf(focused) : undefined;
    const regions = Array.from(main.querySelectorAll('.scroll, details'), (one) => [
      placeOf(one), one.tagName, one.scrollLeft, one.scrollTop, one.open,
    ]);
    const [left, top] = [scrollX, scrollY];
    main.innerHTML = html;
    for (const [place, tag, x, y, open] of regions) {
      const one = elementAt(place);
      if (!one || one.tagName !== tag) continue;
      one.scrollLeft = x;
      one.scrollTop = y;
      if (tag === 'DETAILS') one.open = open;
    }
    const again = focus && elementAt(focus);
    if (again) again.focus({ preventScroll: true });
    scrollTo(left, top);
  };

  const isRead = () => {
    const selection = getSelection();
    return !selection.isCollapsed && main.contains(selection.anchorNode);
  };

  const ask = async () => {
    clearTimeout(timer);
    try {
      if (document.hidden || isRead()) return;
      const answer = await fetch('news?have=' + encodeURIComponent(version), { cache: 'no-store' });
      if (answer.status === 204) return;
      if (!answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      if (now.assets !== assets) return location.reload();
      if (now.main !== undefined) replace(now.main);
      version = now.version;
      say(state, now.state);
      say(news, now.ended ? now.state : '');
    } catch (error) {
      say(news, 'Nothing new can be asked for: the page is not served any more, or cannot be reached. It stays as it was.');
    } finally {
      timer = setTimeout(ask, ${1000 * lookEvery});
    }
  };
  document.addEventListener('visibilitychange', ask);
  timer = setTimeout(ask, ${1000 * lookEvery});
})();
`;
