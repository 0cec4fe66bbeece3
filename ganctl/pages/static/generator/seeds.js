// Many seeds: a tile for each, drawn a few at a time so that the page stays quick to answer.

const TILES = 24;
const BUSY_FOR = 12;

class Seeds {
  /** pixelsOf: a seed's pixels; chosen: called with the seed of the tile that was chosen. */
  constructor(pixelsOf, chosen) {
    this.pixelsOf = pixelsOf;
    this.first = 0;
    this.tiles = Array.from({ length: TILES }, (_, place) => {
      const canvas = made("canvas", { width: 1, height: 1, ariaHidden: "true" });
      const label = made("span");
      const button = made("button", { type: "button", className: "g-tile" }, canvas, label);
      button.addEventListener("click", () => chosen(this.first + place));
      part("tiles").append(button);
      return { button, canvas, label };
    });
    part("seeds-before").addEventListener("click", () => this.from(this.first - TILES));
    part("seeds-after").addEventListener("click", () => this.from(this.first + TILES));
    this.draw = later(() => this.begin(), 150);
    this.from(0);
  }

  from(first) {
    this.first = Math.max(0, first);
    part("seeds-before").disabled = this.first === 0;
    this.tiles.forEach(({ button, label }, place) => {
      label.textContent = `${this.first + place}`;
      button.setAttribute("aria-label", `Seed ${this.first + place}`);
    });
    this.mark(this.marked);
    this.draw();
  }

  /** Show which tile is the picture. */
  mark(seed) {
    this.marked = seed;
    this.tiles.forEach(({ button }, place) => {
      if (this.first + place === seed) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  begin() {
    cancelAnimationFrame(this.frame);
    let place = 0;
    const some = () => {
      const until = performance.now() + BUSY_FOR;
      do {
        paint(this.tiles[place].canvas, this.pixelsOf(this.first + place));
        place++;
      } while (place < TILES && performance.now() < until);
      if (place < TILES) this.frame = requestAnimationFrame(some);
    };
    this.frame = requestAnimationFrame(some);
  }
}
