// A plane of the latent: a point on a pad moves it along two directions.

const PLANE_REACH = 6;
const PLANE_STEP = 0.25;

/** Return a random direction of length 1, always the same one of a number. */
function randomDirection(number, size) {
  const direction = normals(rngOf("plane", number), size);
  const length = Math.hypot(...direction);
  return direction.map((value) => value / length);
}

class Plane {
  constructor({ latentSize, directions }, changed) {
    const principal = directions.map(floatsOf);
    this.pairs = [];
    const names = [];
    for (let first = 0; first + 1 < principal.length; first += 2) {
      this.pairs.push([principal[first], principal[first + 1]]);
      names.push(`strongest: ${first + 1} and ${first + 2}`);
    }
    for (const number of [1, 2]) {
      this.pairs.push([2 * number - 1, 2 * number].map((each) => randomDirection(each, latentSize)));
      names.push(`random: pair ${number}`);
    }
    this.select = part("directions");
    this.select.append(...optionsOf(names));
    this.select.addEventListener("change", changed);
    this.changed = changed;
    this.pad = part("pad");
    this.pad.addEventListener("pointerdown", (event) => {
      this.pad.setPointerCapture(event.pointerId);
      this.follow(event);
    });
    this.pad.addEventListener("pointermove", (event) => {
      if (this.pad.hasPointerCapture(event.pointerId)) this.follow(event);
    });
    this.pad.addEventListener("keydown", (event) => this.key(event));
    part("centre").addEventListener("click", () => this.move(0, 0));
    this.move(0, 0);
  }

  follow(event) {
    const box = this.pad.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const up = 1 - (event.clientY - box.top) / box.height;
    this.move(PLANE_REACH * (2 * across - 1), PLANE_REACH * (2 * up - 1));
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
    if (event.key === "Home") this.move(0, 0);
    else if (event.key in moves) {
      const step = event.shiftKey ? 4 * PLANE_STEP : PLANE_STEP;
      this.move(this.x + step * moves[event.key][0], this.y + step * moves[event.key][1]);
    } else return;
    event.preventDefault();
  }

  move(x, y) {
    const within = (value) => Math.min(Math.max(value, -PLANE_REACH), PLANE_REACH);
    [this.x, this.y] = [within(x), within(y)];
    part("knob").style.left = `${50 * (1 + this.x / PLANE_REACH)}%`;
    part("knob").style.top = `${50 * (1 - this.y / PLANE_REACH)}%`;
    this.pad.setAttribute("aria-valuenow", this.x.toFixed(2));
    this.pad.setAttribute("aria-valuetext", `${this.x.toFixed(2)} across, ${this.y.toFixed(2)} up`);
    this.changed();
  }

  get isCentred() {
    return this.x === 0 && this.y === 0;
  }

  /** Return a latent, moved. */
  moved(latent) {
    if (this.isCentred) return latent;
    const [across, up] = this.pairs[this.select.selectedIndex];
    return latent.map((value, place) => value + this.x * across[place] + this.y * up[place]);
  }
}
