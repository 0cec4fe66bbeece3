// BLAKE2b without a key (RFC 7693), which makes a random generator's seed of a sample's seed.

const WORD = (1n << 64n) - 1n;
const BLOCK_BYTES = 128;

// The first 64 bits of the fractional parts of the square roots of the first eight primes.
const BLAKE_START = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];

// In which order each round takes the words of a block; rounds 10 and 11 are as 0 and 1.
const BLAKE_ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const rotatedRight = (word, bits) => ((word >> bits) | (word << (64n - bits))) & WORD;

/** Mix four words of the state with two of the block: the function G of RFC 7693, 3.1. */
function blakeMix(state, a, b, c, d, x, y) {
  state[a] = (state[a] + state[b] + x) & WORD;
  state[d] = rotatedRight(state[d] ^ state[a], 32n);
  state[c] = (state[c] + state[d]) & WORD;
  state[b] = rotatedRight(state[b] ^ state[c], 24n);
  state[a] = (state[a] + state[b] + y) & WORD;
  state[d] = rotatedRight(state[d] ^ state[a], 16n);
  state[c] = (state[c] + state[d]) & WORD;
  state[b] = rotatedRight(state[b] ^ state[c], 63n);
}

/** Take one block of 16 words into the hash: the function F of RFC 7693, 3.2. */
function blakeCompress(hash, words, bytesSoFar, isLast) {
  const state = [...hash, ...BLAKE_START];
  state[12] ^= BigInt(bytesSoFar);
  if (isLast) state[14] ^= WORD;
  for (let round = 0; round < 12; round++) {
    const m = BLAKE_ORDERS[round % 10].map((place) => words[place]);
    blakeMix(state, 0, 4, 8, 12, m[0], m[1]);
    blakeMix(state, 1, 5, 9, 13, m[2], m[3]);
    blakeMix(state, 2, 6, 10, 14, m[4], m[5]);
    blakeMix(state, 3, 7, 11, 15, m[6], m[7]);
    blakeMix(state, 0, 5, 10, 15, m[8], m[9]);
    blakeMix(state, 1, 6, 11, 12, m[10], m[11]);
    blakeMix(state, 2, 7, 8, 13, m[12], m[13]);
    blakeMix(state, 3, 4, 9, 14, m[14], m[15]);
  }
  for (let place = 0; place < 8; place++) hash[place] ^= state[place] ^ state[place + 8];
}

/** Return the first 8 of the bytes of a hash of 8 bytes, which are all of them. */
function blake2b8(bytes) {
  const hash = [...BLAKE_START];
  hash[0] ^= 0x01010000n ^ 8n; // No key, fan-out and depth 1, a digest of 8 bytes.
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES));
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  for (let block = 0; block < blocks; block++) {
    const words = [];
    for (let word = 0; word < 16; word++) {
      words.push(view.getBigUint64(block * BLOCK_BYTES + 8 * word, true));
    }
    const isLast = block === blocks - 1;
    blakeCompress(hash, words, isLast ? bytes.length : (block + 1) * BLOCK_BYTES, isLast);
  }
  const digest = new Uint8Array(8);
  new DataView(digest.buffer).setBigUint64(0, hash[0], true);
  return digest;
}
