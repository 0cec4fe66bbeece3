// From what is asked for and a seed to pixels: as ganctl.engine.sampling does it.

class Sampler {
  constructor({ network, asked }) {
    this.spec = network;
    this.asked = asked;
    this.network = new Network(network);
    this.rows = asked.kind === "parts" ? new Rows(asked) : null;
  }

  latent(seed) {
    return latentOf(seed, this.spec.latentSize, this.spec.latent);
  }

  /**
   * Return what the generator gets beside its latent, a Float32Array.
   *
   * wish: {classes: [[index, weight], …], codes: Map of places to values}, {named: a Map as
   * Rows.draw has it}, {captions: [[weight, word numbers], …]}, or {} where nothing can be asked.
   */
  condition(wish, seed) {
    if (this.asked.kind === "words") return this.ofCaptions(wish.captions);
    if (this.asked.kind === "parts") return this.ofParts(wish.named, seed);
    if (this.asked.kind === "classes") return this.ofClasses(wish, seed);
    return new Float32Array(0);
  }

  ofClasses({ classes, codes }, seed) {
    const { names, categories, continuous } = this.asked;
    const weights = new Float32Array(names.length);
    for (const [index, weight] of classes) weights[categories ? categories[index] : index] = weight;
    const values = codesOf(seed, continuous);
    for (const [place, value] of codes ?? []) values[place] = value;
    return joined(weights, values);
  }

  ofParts(named, seed) {
    const values = this.rows.draw(named, seed);
    const condition = [];
    this.rows.sizes.forEach((size, place) => {
      const row = new Array(size).fill(0);
      const parts = named.get(place)?.parts ?? [[values[place], 1]];
      for (const [index, weight] of parts) if (!Number.isNaN(index)) row[index] = weight;
      condition.push(...row);
    });
    for (const scaled of values.slice(this.rows.sizes.length)) {
      condition.push(...(Number.isNaN(scaled) ? [0, 0] : [scaled, 1]));
    }
    return Float32Array.from(condition);
  }

  ofCaptions(captions) {
    const embedded = captions.map(([weight, numbers]) =>
      this.network.encoder.encode(numbers).map((value) => weight * value),
    );
    return embedded.reduce(sum);
  }

  /** Return pixels as a canvas takes them: red, green, blue and 255 for each. */
  pixels(latent, condition) {
    const { side, channels } = this.spec;
    const image = this.network.image(latent, condition);
    const count = side * side;
    const pixels = new Uint8ClampedArray(4 * count).fill(255);
    for (let pixel = 0; pixel < count; pixel++) {
      for (let colour = 0; colour < 3; colour++) {
        const value = image[(channels === 3 ? colour : 0) * count + pixel];
        // Such an array rounds to the nearest number, halves to the even one, as torch does.
        pixels[4 * pixel + colour] = Math.fround(Math.fround(value + 1) * 127.5);
      }
    }
    return pixels;
  }

  /** Return the pixels of a seed. */
  sample(wish, seed, truncation = 1) {
    const latent = this.latent(seed).map((value) => truncation * value);
    return this.pixels(latent, this.condition(wish, seed));
  }
}
