// Random numbers as ganctl draws them in Python with torch, so that a seed is the same picture here.

/** The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), torch's generator on a CPU. */
class MersenneTwister {
  constructor(seed) {
    this.state = new Uint32Array(624);
    this.state[0] = seed;
    for (let place = 1; place < 624; place++) {
      const before = this.state[place - 1];
      this.state[place] = Math.imul(1812433253, before ^ (before >>> 30)) + place;
    }
    this.next = 624;
    this.nextNormal = null;
  }

  /** Return 32 random bits. */
  bits() {
    if (this.next === 624) this.twist();
    let word = this.state[this.next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  twist() {
    const state = this.state;
    for (let place = 0; place < 624; place++) {
      const word = (state[place] & 0x80000000) | (state[(place + 1) % 624] & 0x7fffffff);
      const odd = word & 1 ? 0x9908b0df : 0;
      state[place] = state[(place + 397) % 624] ^ (word >>> 1) ^ odd;
    }
    this.next = 0;
  }

  /** Return a number in [0, 1) of 24 random bits: torch.rand of float32. */
  single() {
    return (this.bits() & 0xffffff) / 2 ** 24;
  }

  /** Return a number in [0, 1) of 53 random bits: torch.rand of float64. */
  double() {
    const high = this.bits() & 0x1fffff;
    return (high * 2 ** 32 + this.bits()) / 2 ** 53;
  }

  /** Return a draw from N(0, 1): one at a time, as torch does where it fills fewer than 16. */
  normal() {
    if (this.nextNormal !== null) {
      const drawn = this.nextNormal;
      this.nextNormal = null;
      return drawn;
    }
    const angle = 2 * Math.PI * this.double();
    const radius = Math.sqrt(-2 * Math.log1p(-this.double()));
    this.nextNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** Return the generator that ganctl.engine.data.seeding.rng(purpose, seed) is in Python. */
function rngOf(purpose, seed) {
  const digest = blake2b8(new TextEncoder().encode(`('${purpose}', ${seed})`));
  const view = new DataView(digest.buffer);
  // Of the digest without its last bit MT19937 takes the lower 32 bits.
  return new MersenneTwister((view.getUint32(4) >>> 1) | (view.getUint8(3) << 31));
}

/** Make 16 normal draws of 16 uniform ones, in place (Box and Muller 1958). */
function boxMuller(values, start) {
  for (let place = start; place < start + 8; place++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[place]));
    const angle = 2 * Math.PI * values[place + 8];
    values[place] = radius * Math.cos(angle);
    values[place + 8] = radius * Math.sin(angle);
  }
}

/** Return torch.randn(size): Float32Array of draws from N(0, 1) (ATen's normal_fill). */
function normals(rng, size) {
  const values = new Float32Array(size);
  if (size < 16) return values.map(() => rng.normal());
  for (let place = 0; place < size; place++) values[place] = rng.single();
  for (let start = 0; start < size - 15; start += 16) boxMuller(values, start);
  if (size % 16) {
    // Those that are left over become 16 with ones that were there already, all drawn anew.
    for (let place = size - 16; place < size; place++) values[place] = rng.single();
    boxMuller(values, size - 16);
  }
  return values;
}

/** Return 2 * torch.rand(size) - 1: Float32Array of draws that are uniform on [-1, 1). */
function uniforms(rng, size) {
  return new Float32Array(size).map(() => 2 * rng.single() - 1);
}

/** Return the latent of a seed. */
function latentOf(seed, size, distribution) {
  const draw = distribution === "uniform" ? uniforms : normals;
  return draw(rngOf("sample", seed), size);
}

/** Return InfoGAN's continuous codes of a seed, in [-1, 1). */
function codesOf(seed, size) {
  return uniforms(rngOf("codes", seed), size);
}
