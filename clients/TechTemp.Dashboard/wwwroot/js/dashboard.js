// What the browser alone can do: cookies, its time zone, dialogs, and to begin.
import './ages.js';
import './copy.js';
import { start } from './connection.js';
import { kept } from './kept.js';

const year = 31536000;
// Behind a proxy the dashboard may not be at the root.
const root = new URL(document.baseURI).pathname;

function remember(name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)};path=${root};max-age=${year};samesite=lax`;
}

// What was pressed last; some browsers give a pressed button no focus.
let pressed;
document.addEventListener('click', event => pressed = event.target.closest?.('button, a, input, select, summary') ?? pressed, true);

window.techtemp = {
  remember,

  setTheme(theme) {
    remember('techtemp-theme', theme);
    document.documentElement.dataset.theme = theme;
  },

  // The first rendering of the next visit knows the viewer's day.
  zone() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone) remember('techtemp-zone', zone);
    return zone ?? null;
  },

  // A native dialog keeps the focus inside, closes with Escape and gives the focus back.
  showDialog(dialog) {
    if (!dialog.open) dialog.showModal();
    kept.begin(dialog);
  },
  closeDialog(dialog) {
    kept.end(dialog);
    if (dialog.open) dialog.close();
  },
  kept: kept.read,

  // A message must not lie over the button that it is about. There is room to scroll: messages lengthen the page.
  uncover(toasts) {
    if (!pressed?.isConnected) return;
    const [button, over] = [pressed, toasts].map(e => e.getBoundingClientRect());
    if (button.bottom > over.top && button.top < over.bottom && button.right > over.left && button.left < over.right) scrollBy(0, button.bottom - over.top + 8);
  },
};

// With a <base> a bare #content would lead to the first page.
document.addEventListener('click', event => {
  if (event.target.closest?.('[data-skip]')) {
    event.preventDefault();
    document.getElementById('content').focus();
  }
});

start();
