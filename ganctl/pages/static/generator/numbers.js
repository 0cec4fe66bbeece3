// From the text in the file to numbers: base64 to typed arrays, and 16-bit integers to weights.

function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = letters.charCodeAt(place);
  return bytes;
}

// Every platform that has a browser today is little-endian, as the file is.
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);
const shortsOf = (text) => new Int16Array(bytesOf(text).buffer);

/** Return a matrix as Float32Array [rows, columns]: integers times the scale of their group of rows. */
function matrixOf({ rows, columns, scale, values }) {
  const scales = floatsOf(scale);
  const matrix = new Float32Array(shortsOf(values));
  const each = (rows * columns) / scales.length;
  for (let group = 0; group < scales.length; group++) {
    for (let place = group * each; place < (group + 1) * each; place++) {
      matrix[place] *= scales[group];
    }
  }
  return matrix;
}
