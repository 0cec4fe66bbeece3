// The layers of a generator, on Float32Array maps [channels, side, side].
//
// Batch norm is part of the weights already: in evaluation mode it is a scale and a shift of each
// channel. Sums are those of double precision, rounded to single ones when they are stored.

/**
 * out[r, c] = Σ_k a[r, k] b[k, c].
 *
 * Two rows and four columns at a time, whose eight sums stay in registers: twice as fast as one row
 * after the other. Where columns are no multiple of four the last four are computed again, as is the
 * last one of an odd number of rows; there are four columns at least.
 */
function multiply(a, b, rows, inner, columns) {
  const out = new Float32Array(rows * columns);
  const last = columns - 4;
  for (let row = 0; row < rows; row += 2) {
    const other = row + 1 < rows ? row + 1 : row;
    const end = (row + 1) * inner;
    for (let next = 0; next < columns; next += 4) {
      const column = next < last ? next : last;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      let k = column;
      for (let i = row * inner, j = other * inner; i < end; i++, j++, k += columns) {
        const x = a[i];
        const y = a[j];
        const b0 = b[k];
        const b1 = b[k + 1];
        const b2 = b[k + 2];
        const b3 = b[k + 3];
        s0 += x * b0;
        s1 += x * b1;
        s2 += x * b2;
        s3 += x * b3;
        t0 += y * b0;
        t1 += y * b1;
        t2 += y * b2;
        t3 += y * b3;
      }
      const at = row * columns + column;
      out[at] = s0;
      out[at + 1] = s1;
      out[at + 2] = s2;
      out[at + 3] = s3;
      const below = other * columns + column;
      out[below] = t0;
      out[below + 1] = t1;
      out[below + 2] = t2;
      out[below + 3] = t3;
    }
  }
  return out;
}

/** Add its shift to each of the channels, and cut off what is below 0 if there is a ReLU. */
function shifted(maps, { shift, relu }) {
  const each = maps.length / shift.length;
  for (let channel = 0; channel < shift.length; channel++) {
    const by = shift[channel];
    for (let place = channel * each; place < (channel + 1) * each; place++) {
      const value = maps[place] + by;
      maps[place] = relu && value < 0 ? 0 : value;
    }
  }
  return maps;
}

/** A linear layer: [columns] → [rows]. */
function dense(x, layer) {
  const { weight, columns } = layer;
  const out = new Float32Array(layer.rows);
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    const start = row * columns;
    for (let column = 0; column < columns; column++) sum += weight[start + column] * x[column];
    out[row] = sum;
  }
  return shifted(out, layer);
}

/**
 * A transposed convolution: [inputs, side, side] → [outputs, outSide, outSide].
 *
 * Each pixel adds its own kernel × kernel patch to the result, stride apart; the first `before` rows
 * and columns are cut off, and what lies behind outSide.
 */
function deconv(x, layer) {
  const { weight, inputs, outputs, kernel, stride, before, side, outSide } = layer;
  const taps = kernel * kernel;
  const patches = multiply(weight, x, outputs * taps, inputs, side * side);
  const out = new Float32Array(outputs * outSide * outSide);
  for (let row = 0; row < outputs * taps; row++) {
    const channel = Math.floor(row / taps);
    const tap = row % taps;
    const down = Math.floor(tap / kernel) - before;
    const across = (tap % kernel) - before;
    for (let y = 0; y < side; y++) {
      const outY = y * stride + down;
      if (outY < 0 || outY >= outSide) continue;
      const target = (channel * outSide + outY) * outSide;
      const source = (row * side + y) * side;
      for (let i = 0, outX = across; i < side; i++, outX += stride) {
        if (outX >= 0 && outX < outSide) out[target + outX] += patches[source + i];
      }
    }
  }
  return shifted(out, layer);
}

/** A convolution that keeps the size, with zeros around: [inputs, side, side] → [outputs, …]. */
function conv(x, layer) {
  const { weight, inputs, outputs, kernel, side } = layer;
  const columns = kernel === 1 ? x : neighbourhoods(x, inputs, kernel, side);
  return shifted(multiply(weight, columns, outputs, inputs * kernel * kernel, side * side), layer);
}

/** Return maps [inputs · kernel², side, side]: each map moved to every place below the kernel. */
function neighbourhoods(x, inputs, kernel, side) {
  const out = new Float32Array(inputs * kernel * kernel * side * side);
  const half = (kernel - 1) / 2;
  let place = 0;
  for (let channel = 0; channel < inputs; channel++) {
    for (let down = -half; down <= half; down++) {
      for (let across = -half; across <= half; across++) {
        for (let row = down; row < side + down; row++) {
          for (let column = across; column < side + across; column++, place++) {
            const inside = row >= 0 && row < side && column >= 0 && column < side;
            if (inside) out[place] = x[(channel * side + row) * side + column];
          }
        }
      }
    }
  }
  return out;
}

const LAYERS = { dense, deconv, conv };
const applied = (x, layer) => LAYERS[layer.kind](x, layer);
const joined = (first, second) => Float32Array.from([...first, ...second]);
const sum = (first, second) => first.map((value, place) => value + second[place]);

/** Return a layer of the file with its weights as numbers. */
function layerOf(packed) {
  if (packed === null) return null;
  const { matrix, shift, ...rest } = packed;
  const { rows, columns } = matrix;
  return { ...rest, rows, columns, weight: matrixOf(matrix), shift: floatsOf(shift) };
}
