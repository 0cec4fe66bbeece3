// A whole generator: a latent and a condition to an image, as ganctl.engine.models.pairs has them.

class Network {
  constructor(packed) {
    this.encoder = packed.encoder && new TextEncoder1d(packed.encoder);
    this.embed = layerOf(packed.embed);
    this.mix = packed.mix && packed.mix.map(layerOf);
    this.layers = packed.layers.map(layerOf);
    this.palette = packed.palette && {
      ...packed.palette,
      refine: layerOf(packed.palette.refine),
      fine: layerOf(packed.palette.fine),
      coarse: layerOf(packed.palette.coarse),
      colours: layerOf(packed.palette.colours),
    };
  }

  /** Return an image Float32Array [channels, side, side] in [-1, 1]. */
  image(latent, condition) {
    const beside = this.embed ? dense(condition, this.embed) : condition;
    const joint = joined(latent, beside);
    const inputs = this.mix ? sum(joint, dense(dense(joint, this.mix[0]), this.mix[1])) : joint;
    const maps = this.layers.reduce(applied, inputs);
    return this.palette ? this.mixedColours(inputs, maps) : maps.map(Math.tanh);
  }

  /** Return pixels that are each a mean of the image's colours, by a softmax of what maps say. */
  mixedColours(inputs, maps) {
    const { refine, fine, coarse, colours, count, sharpness } = this.palette;
    const h = sum(maps, conv(maps, refine));
    const shares = deconv(h, fine);
    const rough = conv(h, coarse);
    const palette = dense(inputs, colours).map(Math.tanh);
    const side = fine.outSide;
    const pixels = side * side;
    const channels = palette.length / count;
    const image = new Float32Array(channels * pixels);
    const share = new Float64Array(count);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const half = (Math.floor(pixel / side) >> 1) * coarse.side + ((pixel % side) >> 1);
      let most = -Infinity;
      for (let colour = 0; colour < count; colour++) {
        const said = shares[colour * pixels + pixel] + rough[colour * coarse.side ** 2 + half];
        share[colour] = sharpness * said;
        most = Math.max(most, share[colour]);
      }
      let total = 0;
      for (let colour = 0; colour < count; colour++) {
        share[colour] = Math.exp(share[colour] - most);
        total += share[colour];
      }
      for (let channel = 0; channel < channels; channel++) {
        let mixed = 0;
        for (let colour = 0; colour < count; colour++) {
          mixed += palette[channel * count + colour] * share[colour];
        }
        image[channel * pixels + pixel] = mixed / total;
      }
    }
    return image;
  }
}
