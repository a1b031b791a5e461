// Round moments of the viewer's clock for an axis of time.
const minute = 60_000, hour = 60 * minute, day = 24 * hour, month = 30.4 * day, year = 365.25 * day;
const steps = [
  ...[1, 2, 5, 10, 15, 30].map(n => [n * minute, n, byMoments]),
  ...[1].map(n => [n * hour, 60 * n, byMoments]),
  ...[2, 3, 6, 12].map(n => [n * hour, n, byHours]),
  ...[1, 2, 4, 7, 14].map(n => [n * day, n, byDays]),
  ...[1, 2, 3, 6].map(n => [n * month, n, byMonths]),
  ...[1, 2, 5, 10, 20].map(n => [n * year, n, byYears]),
];

// About as many as asked for, or less.
export function timeTicks(from, to, count) {
  const [, n, by] = steps.find(([length]) => length >= (to - from) / count) ?? steps.at(-1);
  return [...by(new Date(from), to, n)].filter(time => time >= from && time <= to);
}

function* days(start, to) {
  for (let i = 0; ; i++) {
    const midnight = new Date(start.getFullYear(), start.getMonth(), start.getDate() + i);
    if (midnight > to) return;
    yield midnight;
  }
}

// By what passes: the hour that comes twice when clocks go back has ticks twice.
function* byMoments(start, to, minutes) {
  for (const midnight of days(start, to)) {
    const next = new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() + 1);
    for (let time = +midnight; time < next && time <= to; time += minutes * minute) yield time;
  }
}

function* byHours(start, to, hours) {
  for (const midnight of days(start, to)) {
    for (let h = 0; h < 24; h += hours) yield +new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate(), h);
  }
}

// From the first of each month; the last step of a month is left out where the next month would follow too soon.
function* byDays(start, to, n) {
  for (let m = start.getMonth(); ; m++) {
    const first = new Date(start.getFullYear(), m), length = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
    if (first > to) return;
    for (let d = 1; d + n / 2 <= length + 1; d += n) yield +new Date(first.getFullYear(), first.getMonth(), d);
  }
}

function* byMonths(start, to, n) {
  for (let m = Math.floor(start.getMonth() / n) * n; ; m += n) {
    const time = +new Date(start.getFullYear(), m);
    if (time > to) return;
    yield time;
  }
}

function* byYears(start, to, n) {
  for (let y = Math.floor(start.getFullYear() / n) * n; ; y += n) {
    const time = +new Date(y, 0);
    if (time > to) return;
    yield time;
  }
}
