// Lines, bands and gaps of the page History, and what of them is near a moment.

// A bucket stands at its middle. Before a point that comes after a gap the line is broken.
export function prepare(s, data) {
  const points = s.times.map((start, i) => ({ start, x: start + data.bucket / 2, mean: s.means[i], min: s.mins?.[i] ?? s.means[i], max: s.maxs?.[i] ?? s.means[i] }));
  const line = [], gaps = [], segments = [], breaks = new Set(s.breaks);
  points.forEach((p, i) => {
    p.broken = breaks.has(i);
    if (!i || p.broken) {
      if (i) {
        gaps.push([points[i - 1].x, p.x]);
        line.push([(points[i - 1].x + p.x) / 2, null]);
      }
      segments.push([]);
    }
    segments.at(-1).push(p);
    line.push([p.x, p.mean]);
  });
  const last = points.at(-1);
  if (last && data.now - last.x - data.bucket / 2 > s.lastSilence) gaps.push([last.x, data.now]);
  return { ...s, points, line, gaps, segments, alone: segments.filter(g => g.length === 1).map(([p]) => [p.x, p.mean]), banded: Boolean(s.mins) };
}

export function nearest(s, time, reach) {
  let low = 0, high = s.points.length - 1;
  if (high < 0) return null;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (s.points[middle].x < time) low = middle + 1; else high = middle;
  }
  const [before, after] = [s.points[low - 1], s.points[low]];
  const best = before && Math.abs(before.x - time) < Math.abs(after.x - time) ? before : after;
  // Between two points of a line the nearer one counts; in a gap and beyond the ends only one that is touched.
  const inside = before && before.x <= time && time <= after.x && !after.broken;
  return inside || Math.abs(best.x - time) <= reach ? best : null;
}

// The values that are seen, with a little air, from one round number to another, within what can be measured. Not less than ten steps
// of the last decimal: noise alone is not to fill the plot.
export function extent(series, [from, to], { least, greatest, decimals }) {
  let low = Infinity, high = -Infinity;
  for (const s of series) {
    for (const p of s.points) {
      if (p.x >= from && p.x <= to) { low = Math.min(low, p.min); high = Math.max(high, p.max); }
    }
  }
  if (low > high) [low, high] = [least, greatest];
  const step = 10 ** -decimals, air = Math.max((high - low) * .08, step * 5 - (high - low) / 2, step / 2);
  [low, high] = [low - air, high + air];
  const rough = (high - low) / 9, power = 10 ** Math.floor(Math.log10(rough)), interval = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
  const [min, max] = [Math.floor(low / interval) * interval, Math.ceil(high / interval) * interval];
  return { min: Math.max(min, least), max: Math.min(max, greatest), interval };
}
