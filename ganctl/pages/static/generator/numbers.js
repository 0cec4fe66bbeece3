// From the text in the file to numbers: base64 to typed arrays, and 16-bit integers to weights.

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// Every platform that has a browser today is little-endian, as the file is.
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
const shortsOf = (text) => new Int16Array(bytesOf(text).buffer);

/** Return a matrix as Float32Array [rows, columns]: each row is its integers times its scale. */
function matrixOf({ rows, columns, scale, values }) {
  const scales = floatsOf(scale);
  const integers = shortsOf(values);
  const matrix = new Float32Array(rows * columns);
  const perScale = (rows * columns) / scales.length;
  for (let index = 0; index < matrix.length; index++) {
    matrix[index] = scales[Math.floor(index / perScale)] * integers[index];
  }
  return matrix;
}
