// A walk: from seed to seed, or from one value to the next, until it is stopped.

const WALK_PACE = 1600;
/** Where motion is to be reduced, a walk stands at each stop so long and jumps to the next. */
const CALM_PACE = 2000;

/** Return what lies between two latents, on the arc between them (Shoemake 1985). */
function onTheArc(from, to, fraction) {
  const dot = from.reduce((total, value, place) => total + value * to[place], 0);
  const cosine = dot / (Math.hypot(...from) * Math.hypot(...to));
  const angle = Math.acos(Math.min(Math.max(cosine, -1), 1));
  if (!(Math.sin(angle) > 1e-6)) return from;
  const ours = Math.sin((1 - fraction) * angle) / Math.sin(angle);
  const theirs = Math.sin(fraction * angle) / Math.sin(angle);
  return from.map((value, place) => ours * value + theirs * to[place]);
}

class Walk {
  /** shown: called for each picture with where the walk is: {way, from, to, fraction}. */
  constructor(ways, shown, ended) {
    this.ways = [{ name: "from seed to seed", stops: null }, ...ways];
    this.shown = shown;
    this.ended = ended;
    this.select = part("walk-through");
    this.select.append(...optionsOf(this.ways.map(({ name }) => name)));
    this.button = part("walk");
    this.button.addEventListener("click", () => (this.frame ? this.stop() : this.start()));
    this.select.addEventListener("change", () => this.stop());
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  start() {
    const way = this.ways[this.select.selectedIndex];
    const began = performance.now();
    const first = way.stops ? way.first() : 0;
    this.button.textContent = "Stop";
    this.button.setAttribute("aria-pressed", "true");
    const step = (now) => {
      const passed = Math.max(0, now - began) / (this.calm.matches ? CALM_PACE : WALK_PACE);
      const place = first + Math.floor(passed);
      const fraction = this.calm.matches ? 0 : passed % 1;
      const within = (stop) => (way.stops ? stop % way.stops.length : stop);
      this.shown({ way, from: within(place), to: within(place + 1), fraction });
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  stop() {
    if (!this.frame) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.button.textContent = "Play";
    this.button.setAttribute("aria-pressed", "false");
    this.ended();
  }
}
