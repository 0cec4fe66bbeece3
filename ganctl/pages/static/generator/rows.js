// What is left free among several attributes, drawn by a seed from how the rows of the data go
// together: as ganctl.engine.sampling.rows does it, where the reasons are.

const NEVER = -30;

class Rows {
  /** packed: attributes, quantities, counts, indices [row, place], scaled [row, quantity], edges,
   * and the pairs of places that depend on each other. */
  constructor(asked) {
    const packed = asked.rows;
    this.sizes = asked.attributes.map(({ values }) => values.length);
    this.quantities = asked.quantities;
    this.counts = packed.counts;
    this.indices = shortsOf(packed.indices);
    this.scaled = floatsOf(packed.scaled);
    this.edges = packed.edges;
    this.dependent = new Set(packed.dependent.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]));
    this.places = this.sizes.length + this.quantities.length;
    this.lifts = new Map();
  }

  size(place) {
    const quantity = place - this.sizes.length;
    return quantity < 0 ? this.sizes[place] : this.edges[quantity].length + 1;
  }

  /**
   * Return a value for each place, NaN where it is not known: an attribute's index, or a quantity
   * in [-1, 1].
   *
   * named: a Map of places to {parts: [[index, weight], …]}, or to {number} in the column's unit.
   */
  draw(named, seed) {
    const weights = this.logWeights(named);
    const rng = rngOf("rows", seed);
    let chosen = 0;
    let most = -Infinity;
    weights.forEach((weight, row) => {
      const noisy = weight - Math.log(-Math.log(rng.double())); // A draw from Gumbel's distribution.
      if (noisy > most) [most, chosen] = [noisy, row];
    });
    return Array.from({ length: this.places }, (_, place) =>
      named.has(place) ? this.fixed(place, named.get(place)) : this.value(chosen, place),
    );
  }

  value(row, place) {
    const quantity = place - this.sizes.length;
    if (quantity >= 0) return this.scaled[row * this.quantities.length + quantity];
    const index = this.indices[row * this.places + place];
    return index < 0 ? NaN : index;
  }

  /** Return what is fixed; NaN for a blend. */
  fixed(place, { parts, number }) {
    if (parts) return parts.length > 1 ? NaN : parts[0][0];
    const { low, high } = this.quantities[place - this.sizes.length];
    return (2 * (number - low)) / (high - low) - 1;
  }

  logWeights(named) {
    const total = this.counts.map(Math.log);
    for (const [place, value] of named) {
      for (let other = 0; other < this.places; other++) {
        if (named.has(other) || !this.dependent.has(`${place} ${other}`)) continue;
        const lifts = this.lift(place, other);
        const size = this.size(other);
        const logs = Array.from({ length: size }, (_, index) => {
          const parts = value.parts ?? [[this.range(place, value), 1]];
          const lift = parts.reduce((sum, [i, weight]) => sum + weight * lifts[i * size + index], 0);
          return Math.max(Math.log(lift), NEVER);
        });
        total.forEach((_, row) => {
          const index = this.indices[row * this.places + other];
          if (index >= 0) total[row] += logs[index];
        });
      }
    }
    return total;
  }

  /** Return in which of a quantity's ranges a number lies. */
  range(place, value) {
    const edges = this.edges[place - this.sizes.length];
    const scaled = this.fixed(place, value);
    return edges.filter((edge) => edge < scaled).length;
  }

  /** Return P(i, j) / P(i) P(j) for the values of two places, 1 where nothing is known. */
  lift(one, other) {
    const key = `${one} ${other}`;
    if (!this.lifts.has(key)) this.lifts.set(key, this.countedLift(one, other));
    return this.lifts.get(key);
  }

  countedLift(one, other) {
    const [rows, columns] = [this.size(one), this.size(other)];
    const observed = new Float64Array(rows * columns);
    const ofRow = new Float64Array(rows);
    const ofColumn = new Float64Array(columns);
    let all = 0;
    this.counts.forEach((count, row) => {
      const i = this.indices[row * this.places + one];
      const j = this.indices[row * this.places + other];
      if (i < 0 || j < 0) return;
      observed[i * columns + j] += count;
      ofRow[i] += count;
      ofColumn[j] += count;
      all += count;
    });
    return observed.map((count, place) => {
      const expected = (ofRow[Math.floor(place / columns)] * ofColumn[place % columns]) / all;
      return expected > 0 ? count / expected : 1;
    });
  }
}
