// The canvas of the page History: axes, lines, bands and shades. It knows times, numbers and pixels, not what is measured.
import { timeTicks } from './time-ticks.js';

// The crosshair of the style sheet has the same upper and lower end.
const top = 14, right = 26, bottom = 26, gap = 8, fontSize = 12;

export class Plot {
  constructor(host) {
    this.host = host;
    this.canvas = host.appendChild(document.createElement('canvas'));
    this.context = this.canvas.getContext('2d');
    this.left = 0;
  }

  dispose() { this.canvas.remove(); }

  width() { return Math.round(this.host.clientWidth); }

  height() { return Math.round(this.host.clientHeight); }

  timeAt(x) { const [from, to] = this.view; return from + (x - this.left) / (this.width() - right - this.left) * (to - from); }

  xOf(time) { const [from, to] = this.view; return this.left + (time - from) / (to - from) * (this.width() - right - this.left); }

  yOf(value) { const { min, max } = this.range; return this.height() - bottom - (value - min) / (max - min) * (this.height() - bottom - top); }

  // view: [from, to] in milliseconds. range: { min, max, interval }. texts: { time, value } format ticks. colours: { text, grid, shade }.
  // Each of the lines: { points: [[time, value or null for a break]], ink, width, dash, dots, areas: [points with x, min and max], shades: [[from, to]] }.
  draw({ view, range, lines, texts, colours, font }) {
    const [width, height, context] = [this.width(), this.height(), this.context];
    if (!width || !height) return;
    const scale = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      [this.canvas.width, this.canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    }
    Object.assign(this, { view, range });
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `${fontSize}px ${font}`;
    context.lineJoin = 'round';
    this.values(texts.value, colours, width);
    this.times(texts.time, colours, width, height);
    context.save();
    context.beginPath();
    context.rect(this.left, 0, width - right - this.left, height - bottom);
    context.clip();
    for (const line of lines) this.shade(line.shades, colours.shade, height);
    for (const line of lines) this.areas(line);
    for (const line of lines) this.line(line);
    context.restore();
  }

  // The value axis: a line across for each step. Its labels decide where the plot begins.
  values(text, { text: ink, grid }, width) {
    const { min, max, interval } = this.range, context = this.context;
    const steps = Array.from({ length: Math.round((max - min) / interval) + 1 }, (_, i) => min + i * interval).filter(value => value <= max + interval / 1000);
    const labels = steps.map(value => text(Number(value.toPrecision(12))));
    this.left = 4 + Math.ceil(Math.max(...labels.map(label => context.measureText(label).width))) + gap;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = ink;
    context.strokeStyle = grid;
    context.lineWidth = 1;
    context.setLineDash([]);
    // The names of the lowest and highest step may be drawn where others would cover them on a low plot.
    const every = Math.max(1, Math.ceil((fontSize + 4) / Math.max(1, (this.yOf(min) - this.yOf(max)) / Math.max(1, steps.length - 1))));
    steps.forEach((value, i) => {
      const y = Math.round(this.yOf(value)) + .5;
      context.beginPath();
      context.moveTo(this.left, y);
      context.lineTo(width - right, y);
      context.stroke();
      if (i % every === 0) context.fillText(labels[i], this.left - gap, y);
    });
  }

  times(text, { text: ink, grid }, width, height) {
    const context = this.context, base = height - bottom;
    context.textAlign = 'center';
    context.textBaseline = 'top';
    context.fillStyle = ink;
    context.strokeStyle = grid;
    let taken = -Infinity;
    for (const time of timeTicks(...this.view, Math.max(2, Math.floor(width / 120)))) {
      const x = this.xOf(time), label = text(time), half = context.measureText(label).width / 2;
      context.beginPath();
      context.moveTo(Math.round(x) + .5, base);
      context.lineTo(Math.round(x) + .5, base + 5);
      context.stroke();
      if (x - half < taken + gap || x - half < 0 || x + half > width) continue;
      context.fillText(label, x, base + 9);
      taken = x + half;
    }
  }

  shade(shades, colour, height) {
    this.context.fillStyle = colour;
    for (const [from, to] of shades ?? []) {
      const [start, end] = [this.xOf(from), this.xOf(to)];
      this.context.fillRect(start, top, end - start, height - bottom - top);
    }
  }

  areas({ areas, ink }) {
    const context = this.context;
    for (const points of areas ?? []) {
      const seen = between(points, p => p.x, this.view);
      context.beginPath();
      for (const p of seen) context.lineTo(this.xOf(p.x), this.yOf(p.max));
      for (const p of seen.toReversed()) context.lineTo(this.xOf(p.x), this.yOf(p.min));
      context.closePath();
      context.globalAlpha = .16;
      context.fillStyle = ink;
      context.fill();
      context.globalAlpha = 1;
    }
  }

  line({ points, ink, width, dash, dots }) {
    const context = this.context;
    context.strokeStyle = context.fillStyle = ink;
    context.lineWidth = width;
    context.setLineDash(dash ?? []);
    context.beginPath();
    let broken = true;
    for (const [time, value] of between(points, p => p[0], this.view)) {
      if (value === null) broken = true;
      else {
        context[broken ? 'moveTo' : 'lineTo'](this.xOf(time), this.yOf(value));
        broken = false;
      }
    }
    context.stroke();
    for (const [time, value] of dots ?? []) {
      context.beginPath();
      context.arc(this.xOf(time), this.yOf(value), 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

// What is seen of a list in the order of time, with one more at both ends, to which lines lead.
function between(list, time, [from, to]) {
  const first = lowest(list, item => time(item) >= from), last = lowest(list, item => time(item) > to);
  return list.slice(Math.max(0, first - 1), last + 1);
}

function lowest(list, holds) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle])) high = middle; else low = middle + 1;
  }
  return low;
}
