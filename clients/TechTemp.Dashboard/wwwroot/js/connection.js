// The connection of this page to its server: begun, watched, and begun again for as long as it takes.
const root = document.documentElement, banner = document.getElementById('connection');
// The server sends a sign of life every three seconds (DashboardHosting). Two that do not come are a loss.
const silence = 8000, ping = 5000, patience = 5000, longest = 20_000, settled = 10_000;
let lost = false, trying = false, started = false, failures = 0, timer;

export async function start() {
  const circuit = {
    configureSignalR: builder => builder.withServerTimeout(silence).withKeepAliveInterval(ping),
    reconnectionHandler: { onConnectionDown: down, onConnectionUp: up },
  };
  // What comes back is worth a try at once.
  addEventListener('online', () => lost && attempt());
  addEventListener('offline', down);
  document.addEventListener('visibilitychange', () => lost && !document.hidden && attempt());
  try {
    await Blazor.start({ circuit });
    started = true;
  } catch {
    down();
  }
}

function down() {
  if (lost) return;
  lost = true;
  failures = 0;
  root.dataset.lost = '';
  show();
  plan();
}

function up() {
  lost = false;
  clearTimeout(timer);
  delete root.dataset.lost;
  if (banner.matches(':popover-open')) banner.hidePopover();
  for (const line of document.querySelectorAll('[data-lost-text]')) line.textContent = '';
}

// What is shown last lies on top: above a dialog that is open. Inside of it the same is said for screen readers, which hear nothing else then.
function show() {
  if (banner.matches(':popover-open')) banner.hidePopover();
  banner.showPopover();
  for (const line of document.querySelectorAll('dialog[open] [data-lost-text]')) line.textContent = line.dataset.lostText;
}

// Half a second at first, twice as long each time; by chance less, so that many pages do not come back in one moment.
function plan() {
  clearTimeout(timer);
  const wait = Math.min(longest, 500 * 2 ** Math.min(failures++, 10)) * (.5 + Math.random() / 2);
  timer = setTimeout(attempt, wait);
}

async function attempt() {
  if (!lost || trying) return;
  trying = true;
  clearTimeout(timer);
  try {
    await alive();
    if (!started || !await within(Blazor.reconnect(), 3 * patience)) fresh();
  } catch {
    // Not yet.
  } finally {
    trying = false;
  }
  if (lost) plan();
}

// A page that is loaded again before its server answers would be the browser's own page of an error, which tries nothing.
async function alive() {
  const answer = await fetch(new URL('alive', document.baseURI), { cache: 'no-store', signal: AbortSignal.timeout(patience) });
  if (!answer.ok) throw new Error(`${answer.status}`);
}

function within(promise, milliseconds) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error('too late')), milliseconds))]);
}

// The server does not know this page any more: it was started again, perhaps in a new version. What is written in a dialog is kept (kept.js).
function fresh() {
  const before = Number(sessionStorage.getItem('techtemp-reloaded') ?? 0);
  if (Math.abs(Date.now() - before) < settled) return;
  sessionStorage.setItem('techtemp-reloaded', Date.now());
  location.reload();
}
