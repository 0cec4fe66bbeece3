// One pair of axes with curves, as SVG in an element that says how wide it is.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 220;
const MARGIN = { left: 46, right: 10, top: 8, bottom: 26 };
const PAD = 0.06;
const FEW = 40;

/** Return a new element of SVG with attributes and children. */
function drawn(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return a number in few characters. */
function brief(value) {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1);
  if (size >= 1000) return value.toLocaleString("en", { maximumFractionDigits: 0 });
  return String(Number(value.toPrecision(3)));
}

/** Return about `wanted` round numbers between two. */
function roundNumbers(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}

/** Return 1, 2 and 5 times the powers of ten between two numbers, or the powers alone. */
function roundPowers(low, high) {
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, k) => 10 ** (from + k));
  const within = (value) => value >= low && value <= high;
  const all = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(within);
  if (all.length <= 7) return all;
  const few = powers.filter(within);
  return few.filter((_, k) => k % Math.ceil(few.length / 6) === 0);
}

/** A chart: draws itself in `element` from the step `first` to `last`, and shows values of a step. */
class Chart {
  constructor(element, { title, steps, series, floor, log, percent }, [first, last]) {
    Object.assign(this, { element, title, steps, series, floor, log, percent, first, last });
    this.legend = document.createElement("p");
    this.legend.className = "legend";
    this.values = this.series.map(({ name }, k) => this.entry(name, `series-${k + 1}`));
    if (floor !== null) this.entry("real images", "floor").textContent = this.shown(floor);
    element.before(this.legend);
    this.place = steps.length - 1;
    this.draw();
  }

  /** Add a name to the legend, and return where its value goes. */
  entry(name, kind) {
    const entry = document.createElement("span");
    const value = document.createElement("b");
    entry.className = kind;
    entry.append(`${name} `, value);
    this.legend.append(entry, " ");
    return value;
  }

  shown(value) {
    if (value === null || value === undefined) return "–";
    return this.percent ? `${(100 * value).toFixed(1)} %` : brief(value);
  }

  /** Say which values the axis has room for. */
  measure() {
    const known = [...this.series.flatMap(({ values }) => values), this.floor].filter((v) => v !== null);
    const to = this.log ? Math.log10 : (value) => value;
    let low = Math.min(...known.map(to));
    let high = Math.max(...known.map(to));
    const room = (high - low || Math.abs(high) || 1) * PAD;
    low -= room;
    high += room;
    if (this.percent) [low, high] = [Math.max(0, low), Math.min(1, high + room)];
    const back = this.log ? (value) => 10 ** value : (value) => value;
    this.low = back(low);
    this.high = back(high);
    this.y = (value) => MARGIN.top + ((high - to(value)) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  }

  draw() {
    const width = Math.max(240, this.element.clientWidth);
    const inner = width - MARGIN.left - MARGIN.right;
    this.x = (step) => MARGIN.left + ((step - this.first) / (this.last - this.first || 1)) * inner;
    this.measure();
    this.svg = drawn("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    this.axes(width);
    if (this.floor !== null) {
      const y = this.y(this.floor);
      this.svg.append(drawn("path", { class: "floor", d: `M${MARGIN.left} ${y}H${width - MARGIN.right}` }));
    }
    this.series.forEach(({ values, smooth }, k) => {
      const kind = `series-${k + 1}`;
      if (smooth) this.svg.append(this.curve(values, `${kind} pale`));
      this.svg.append(this.curve(smooth ?? values, kind));
      if (!smooth && values.length <= FEW) this.svg.append(this.points(values, kind));
    });
    this.line = drawn("path", { class: "cross-line" });
    this.dots = this.series.map((_, k) => drawn("circle", { class: `dot series-${k + 1}`, r: 4 }));
    this.svg.append(this.line, ...this.dots);
    this.element.replaceChildren(this.svg);
    this.show(this.steps[this.place]);
  }

  axes(width) {
    const { first, last } = this;
    const values = this.log ? roundPowers(this.low, this.high) : roundNumbers(this.low, this.high, 4);
    for (const value of values) {
      const y = this.y(value);
      this.svg.append(drawn("path", { class: "grid", d: `M${MARGIN.left} ${y}H${width - MARGIN.right}` }));
      const label = this.percent ? `${Math.round(100 * value)} %` : brief(value);
      this.svg.append(drawn("text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, label));
    }
    const steps = last > first ? roundNumbers(first, last, Math.min(6, width / 90)) : [first];
    this.svg.append(drawn("text", { x: 0, y: HEIGHT - 8 }, "step"));
    for (const step of steps) {
      if (this.x(step) < MARGIN.left + 12) continue;
      const anchor = this.x(step) > width - 30 ? "end" : "middle";
      this.svg.append(drawn("text", { x: this.x(step), y: HEIGHT - 8, "text-anchor": anchor }, brief(step)));
    }
  }

  /** Return a curve; it has a gap where a value is missing, and a point where one stands alone. */
  curve(values, kind) {
    let d = "";
    values.forEach((value, k) => {
      if (value === null) return;
      const joins = k > 0 && values[k - 1] !== null;
      d += `${joins ? "L" : "M"}${this.x(this.steps[k]).toFixed(1)} ${this.y(value).toFixed(1)}`;
      if (!joins) d += "h0";
    });
    return drawn("path", { class: `curve ${kind}`, d });
  }

  /** Return a point for each value. */
  points(values, kind) {
    const known = this.steps.map((step, k) => [step, values[k]]).filter(([, value]) => value !== null);
    const d = known.map(([step, value]) => `M${this.x(step).toFixed(1)} ${this.y(value).toFixed(1)}h0`);
    return drawn("path", { class: `curve points ${kind}`, d: d.join("") });
  }

  /** Show the values of the step nearest to one; return what they are, in words. */
  show(step) {
    const distance = (k) => Math.abs(this.steps[k] - step);
    this.place = this.steps.reduce((best, _, k) => (distance(k) < distance(best) ? k : best), 0);
    const x = this.x(this.steps[this.place]);
    this.line.setAttribute("d", `M${x} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}`);
    return this.series.map(({ name, values, smooth }, k) => {
      const value = values[this.place];
      this.values[k].textContent = this.shown(value);
      this.dots[k].toggleAttribute("hidden", value === null);
      if (value !== null) {
        this.dots[k].setAttribute("cx", x);
        this.dots[k].setAttribute("cy", this.y((smooth ?? values)[this.place]));
      }
      return `${this.title}, ${name} ${this.shown(value)}`;
    });
  }

  /** Return the step at a place of the window, in pixels from the left. */
  stepAt(clientX) {
    const at = clientX - this.element.getBoundingClientRect().left;
    const far = (step) => Math.abs(this.x(step) - at);
    return this.steps.reduce((best, step) => (far(step) < far(best) ? step : best));
  }
}
