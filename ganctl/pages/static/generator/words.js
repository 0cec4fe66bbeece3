// Words to numbers, and captions to a vector: as ganctl.requests.conditions.words and the text
// encoder of ganctl.engine.models.pairs.words do it.

const PADDING = 0;
const UNKNOWN_WORD = 1;
const FIRST_WORD = 2;
const CAPTION_LENGTH = 10000;
const WORD_LENGTH = 200;
const LETTERS = /[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu;

/** Return the words of a text in lower case. */
function wordsOf(text) {
  const start = [...text].slice(0, CAPTION_LENGTH).join("");
  const plain = start.normalize("NFC").replaceAll("\u2019", "'").toLowerCase();
  return (plain.match(LETTERS) ?? []).map((word) => [...word].slice(0, WORD_LENGTH).join(""));
}

/**
 * Return a text as the generator gets it, and the words among these that it does not know.
 *
 * Neighbouring unknown words count as one, as they did in training.
 */
function numbersOf(text, vocabulary, length) {
  const read = wordsOf(text).slice(0, length);
  const known = new Map(vocabulary.map((word, index) => [word, FIRST_WORD + index]));
  const each = read.map((word) => known.get(word) ?? UNKNOWN_WORD);
  const kept = each.filter((n, place) => n !== UNKNOWN_WORD || each[place - 1] !== UNKNOWN_WORD);
  const numbers = [...kept, ...new Array(length - kept.length).fill(PADDING)];
  return { numbers, unknown: [...new Set(read.filter((word) => !known.has(word)))] };
}

/** Reads captions (Kim 2014): the maximum over its words of what two convolutions find. */
class TextEncoder1d {
  constructor({ words, alone, withPrevious, out }) {
    this.size = words.columns;
    this.words = matrixOf(words);
    this.alone = layerOf(alone);
    this.withPrevious = layerOf(withPrevious);
    this.out = layerOf(out);
  }

  /** Return the embedding of a caption of word numbers. */
  encode(numbers) {
    const found = new Float32Array(this.alone.rows + this.withPrevious.rows); // At least ReLU's 0.
    let previous = new Float32Array(this.size);
    for (const number of numbers) {
      let word = new Float32Array(this.size);
      if (number !== PADDING) {
        word = this.words.subarray(number * this.size, (number + 1) * this.size);
        const here = [...dense(word, this.alone), ...dense(joined(previous, word), this.withPrevious)];
        here.forEach((value, place) => (found[place] = Math.max(found[place], value)));
      }
      previous = word;
    }
    return dense(found, this.out);
  }
}
