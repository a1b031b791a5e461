// Ages that count on by themselves: also while no news comes, which is when they matter most.
const [now, seconds, minutes, hours, days] = JSON.parse(document.body.dataset.ages);
const units = [[60, 1, seconds], [3600, 60, minutes], [48 * 3600, 3600, hours], [Infinity, 86400, days]];

// The clock of this device may be wrong; the server's counts. What a page took to arrive is no difference of clocks.
const skew = Date.now() - Number(document.body.dataset.now) - performance.now();
const wrong = Math.abs(skew) > 3000 ? skew : 0;

function text(moment) {
  const age = Math.trunc((Date.now() - wrong - moment) / 1000);
  if (age < 5) return now;
  const [, length, words] = units.find(([below]) => age < below);
  return words.replace('{0}', Math.trunc(age / length));
}

function count() {
  for (const element of document.querySelectorAll('time[data-age]')) {
    const words = text(Number(element.dataset.age));
    // The node stays the page's own, which may write into it at any time.
    if (element.firstChild && element.firstChild.data !== words) element.firstChild.data = words;
  }
}

setInterval(count, 1000);
document.addEventListener('visibilitychange', count);
