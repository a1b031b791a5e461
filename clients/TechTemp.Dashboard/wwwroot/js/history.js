// The chart of the page History: plot.js draws it, this moves it and reads it out. The page sends what is to be
// shown and is told which range is wanted.
import { extent, nearest, prepare } from './history-series.js';
import { Plot } from './plot.js';

const shortest = 5 * 60_000, longest = 30 * 366 * 86_400_000, settle = 250;

export function create(root, page) {
  return new HistoryChart(root, page);
}

class HistoryChart {
  constructor(root, page) {
    Object.assign(this, { root, page, series: [], view: null, pointers: new Map(), pointerTime: null });
    [this.plot, this.line, this.readout, this.spoken] = ['plot', 'crosshair', 'readout', 'spoken'].map(name => root.querySelector(`.${name}`));
    this.canvas = new Plot(this.plot);
    // For whoever looks at the chart by script.
    root.chart = this;
    this.stop = new AbortController();
    const on = (target, name, handler, options) => target.addEventListener(name, handler, { signal: this.stop.signal, ...options });
    on(this.plot, 'wheel', e => this.wheel(e), { passive: false });
    on(this.plot, 'pointerdown', e => this.press(e));
    on(this.plot, 'pointermove', e => this.move(e));
    for (const name of ['pointerup', 'pointercancel']) on(this.plot, name, e => this.release(e));
    on(this.plot, 'pointerleave', e => { if (e.pointerType === 'mouse') this.hover(null); });
    on(this.plot, 'dblclick', e => this.zoom(.5, this.timeAt(e)));
    on(this.plot, 'keydown', e => this.key(e));
    on(this.plot, 'blur', () => this.hover(null));
    // Colours come from the style sheet, which knows light from dark.
    on(matchMedia('(prefers-color-scheme: dark)'), 'change', () => this.draw());
    this.theme = new MutationObserver(() => this.draw());
    this.theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.size = new ResizeObserver(() => this.resize());
    this.size.observe(this.plot);
  }

  width() { return Math.round(this.plot.clientWidth); }

  // What the page is told first.
  report() { return this.reported = this.width(); }

  dispose() {
    this.stop.abort();
    this.theme.disconnect();
    this.size.disconnect();
    clearTimeout(this.timer);
    clearTimeout(this.resized);
    this.canvas.dispose();
  }

  // What the page has fetched. Whoever is just moving the chart keeps their place.
  show(data) {
    Object.assign(this, { data, bucket: data.bucket, bandOf: data.bandOf, series: data.series.map(s => prepare(s, data)) });
    const locale = data.language === 'fr' ? 'fr-FR' : 'en-GB';
    const dates = options => new Intl.DateTimeFormat(locale, options);
    this.formats = {
      number: new Intl.NumberFormat(locale, { minimumFractionDigits: data.decimals, maximumFractionDigits: data.decimals }),
      tick: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
      clock: dates({ hour: '2-digit', minute: '2-digit' }),
      second: dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
      day: dates({ day: 'numeric', month: 'short' }),
      month: dates({ month: 'short' }),
      date: dates({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
    };
    if (!this.moving()) this.view = [data.from, data.to];
    this.draw();
    if (this.pointerTime !== null) this.hover(this.pointerTime);
    this.root.dataset.bucket = data.bucketName;
    this.root.dataset.measure = data.measure;
    this.root.dataset.gaps = this.series.reduce((sum, s) => sum + s.gaps.length, 0);
    this.root.dataset.series = this.series.length;
  }

  moving() { return this.timer !== undefined || this.pointers.size > 0; }

  resize() {
    const width = this.width();
    if (!width) return;
    this.paint();
    clearTimeout(this.resized);
    this.resized = setTimeout(() => {
      if (width !== this.reported && !this.stop.signal.aborted) this.page.invokeMethodAsync('Resized', this.reported = width);
    }, settle);
  }

  colour(name) {
    this.line.style.color = `var(${name})`;
    const colour = getComputedStyle(this.line).color;
    this.line.style.color = '';
    return colour;
  }

  // With other series, or in other colours.
  draw() {
    if (!this.data) return;
    const several = this.series.length > 1;
    this.colours = { text: this.colour('--dim'), grid: this.colour('--line'), shade: this.colour('--history-gap') };
    this.font = getComputedStyle(this.root).fontFamily;
    this.lines = this.series.map(s => ({
      points: s.line, dots: s.alone, ink: this.colour(`--series-${(s.colour - 1) % 8 + 1}`), width: s.colour === this.bandOf ? 3 : 2,
      dash: [[], [6, 4], [2, 3]][Math.floor((s.colour - 1) / 8)],
      // The bands of several series would hide each other and the lines: one at a time.
      areas: s.banded && (!several || s.colour === this.bandOf) ? s.segments : [],
      shades: several ? [] : s.gaps,
    }));
    this.root.dataset.bands = this.lines.filter(l => l.areas.length).length;
    this.paint();
  }

  paint() {
    if (!this.lines) return;
    this.canvas.draw({
      view: this.view, range: extent(this.series, this.view, this.data), lines: this.lines, colours: this.colours, font: this.font,
      texts: { time: value => this.tick(value), value: value => this.formats.tick.format(value).replace('-', '−') },
    });
    [this.root.dataset.from, this.root.dataset.to] = this.view.map(Math.round);
  }

  tick(value) {
    const day = new Date(value), f = this.formats;
    if (day.getSeconds()) return f.second.format(day) + repeated(day);
    if (day.getHours() || day.getMinutes()) return f.clock.format(day) + repeated(day);
    if (day.getDate() > 1 || this.view[1] - this.view[0] < 120 * 86_400_000) return f.day.format(day);
    return day.getMonth() ? f.month.format(day) : String(day.getFullYear());
  }

  // Moving and zooming
  timeAt(event) { return this.canvas.timeAt(event.clientX - this.plot.getBoundingClientRect().left); }

  perPixel() { return this.canvas.timeAt(101) - this.canvas.timeAt(100); }

  set(from, to) {
    const span = Math.min(Math.max(to - from, shortest), longest), latest = Date.now() + span * .02;
    const middle = (from + to) / 2;
    [from, to] = [middle - span / 2, middle + span / 2];
    if (to > latest) [from, to] = [latest - span, latest];
    this.view = [from, to];
    this.paint();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.pointers.size) this.set(...this.view);
      else this.page.invokeMethodAsync('Moved', ...this.view.map(Math.round));
    }, settle);
  }

  zoom(factor, around) {
    if (!this.view) return;
    const [from, to] = this.view, centre = around ?? (from + to) / 2;
    // Zooming out at the present keeps the present.
    this.set(centre - (centre - from) * factor, centre + (to - centre) * factor);
  }

  pan(part) {
    if (!this.view) return;
    const [from, to] = this.view, by = (to - from) * part;
    this.set(from + by, to + by);
  }

  wheel(e) {
    if (!this.view) return;
    // Without a key the page scrolls; a pinch on a touchpad comes with Ctrl.
    if (e.ctrlKey || e.metaKey) this.zoom(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) * .01), this.timeAt(e));
    else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) / this.width());
    else return;
    e.preventDefault();
  }

  press(e) {
    if (!this.view || e.button) return;
    this.pointers.set(e.pointerId, e.clientX);
    this.dragged = 0;
    this.plot.setPointerCapture(e.pointerId);
  }

  move(e) {
    if (!this.view) return;
    const before = this.pointers.get(e.pointerId);
    if (before === undefined) {
      if (e.pointerType === 'mouse') this.hover(this.timeAt(e));
      return;
    }
    const by = e.clientX - before;
    this.dragged += Math.abs(by);
    if (this.pointers.size === 1 && this.dragged > 3) {
      const time = by * this.perPixel();
      this.hover(null);
      this.set(this.view[0] - time, this.view[1] - time);
    } else if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== e.pointerId).map(([, x]) => x);
      const [was, is] = [Math.abs(before - other), Math.abs(e.clientX - other)];
      if (was > 10 && is > 10) this.zoom(was / is, this.timeAt({ clientX: other }));
    }
    if (this.pointers.size === 2 || this.dragged > 3) this.pointers.set(e.pointerId, e.clientX);
  }

  release(e) {
    if (this.pointers.delete(e.pointerId) && e.type === 'pointerup' && this.dragged <= 3) this.hover(this.timeAt(e));
  }

  key(e) {
    if (!this.view || e.ctrlKey || e.altKey || e.metaKey) return;
    const [from, to] = this.view, step = Math.max(this.bucket || 0, (to - from) / 60), at = this.pointerTime ?? (from + to) / 2;
    const keys = {
      ArrowLeft: () => e.shiftKey ? this.pan(-.25) : this.hover(Math.max(at - step, from), true),
      ArrowRight: () => e.shiftKey ? this.pan(.25) : this.hover(Math.min(at + step, to), true),
      Home: () => this.hover(from, true),
      End: () => this.hover(to, true),
      PageUp: () => this.pan(-.75),
      PageDown: () => this.pan(.75),
      '+': () => this.zoom(.5, this.pointerTime), '=': () => this.zoom(.5, this.pointerTime), '-': () => this.zoom(2, this.pointerTime),
      Escape: () => this.hover(null),
    };
    const action = keys[e.key];
    if (!action) return;
    e.preventDefault();
    action();
  }

  // The crosshair: all values of a moment.
  hover(time, speak = false) {
    if (time !== null && (time < this.view[0] || time > this.view[1])) time = null;
    this.pointerTime = time;
    this.line.hidden = this.readout.hidden = time === null;
    if (time === null) return;
    const reach = Math.max(this.perPixel() * 8, this.bucket / 2);
    const found = this.series.map(s => nearest(s, time, reach));
    const point = found.filter(Boolean).sort((a, b) => Math.abs(a.x - time) - Math.abs(b.x - time))[0];
    const heading = this.moment(point, time);
    const rows = this.series.map((s, i) => [s, found[i] ? this.value(found[i]) : [this.data.texts.none]]);
    this.readout.replaceChildren(element('strong', heading), ...rows.map(([s, [value, extremes]]) => {
      const row = element('div');
      const swatch = element('i');
      row.className = `series-${s.colour}`;
      swatch.className = 'ink';
      row.append(swatch, element('span', s.name), element('b', value), element('small', extremes ?? ''));
      return row;
    }));
    const x = this.canvas.xOf(time), width = this.width();
    this.line.style.left = `${x}px`;
    const own = this.readout.offsetWidth;
    this.readout.style.left = `${Math.max(0, Math.min(width - own, x < width / 2 ? x + 14 : x - own - 14))}px`;
    if (speak) this.spoken.textContent = `${heading}: ${rows.map(([s, value]) => `${s.name} ${value.join(', ')}`).join(', ')}`;
  }

  moment(point, time) {
    const f = this.formats, start = new Date(point?.start ?? time);
    if (!point || !this.bucket) return `${f.date.format(start)}, ${(point ? f.second : f.clock).format(start)}${repeated(start)}`;
    if (this.bucket >= 86_400_000) return f.date.format(start);
    const end = new Date(point.start + this.bucket);
    return `${f.date.format(start)}, ${f.clock.format(start)}${repeated(start)} – ${f.clock.format(end)}${repeated(end)}`;
  }

  value(p) {
    const text = n => this.formats.number.format(n).replace('-', '−'), unit = this.data.unit && `\u00a0${this.data.unit}`;
    return p.min === p.max ? [text(p.mean) + unit] : [text(p.mean) + unit, `${text(p.min)} – ${text(p.max)}`];
  }
}

// When clocks go back, an hour comes twice: which of the two, its distance to UTC tells. Some zones go back by half an hour.
function repeated(day) {
  const clock = d => d.getHours() * 60 + d.getMinutes();
  const twice = [-60, -30, 30, 60].some(minutes => clock(new Date(+day + minutes * 60_000)) === clock(day));
  if (!twice) return '';
  const offset = -day.getTimezoneOffset(), whole = Math.trunc(Math.abs(offset) / 60), rest = Math.abs(offset) % 60;
  return ` UTC${offset < 0 ? '−' : '+'}${whole}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`;
}

function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}
