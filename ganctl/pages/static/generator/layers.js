// The layers of a generator, on Float32Array maps [channels, side, side].
//
// Batch norm is part of the weights already: in evaluation mode it is a scale and a shift of each
// channel. Sums are those of double precision, rounded to single ones when they are stored.

/** out[r, c] = Σ_k a[r, k] b[k, c]; four k at a time, so that out is read and written less. */
function multiply(a, b, rows, inner, columns) {
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const first = row * inner;
    let k = 0;
    for (; k + 3 < inner; k += 4) {
      const a0 = a[first + k];
      const a1 = a[first + k + 1];
      const a2 = a[first + k + 2];
      const a3 = a[first + k + 3];
      let b0 = k * columns;
      let b1 = b0 + columns;
      let b2 = b1 + columns;
      let b3 = b2 + columns;
      for (let place = start; place < start + columns; place++) {
        out[place] += a0 * b[b0++] + a1 * b[b1++] + a2 * b[b2++] + a3 * b[b3++];
      }
    }
    for (; k < inner; k++) {
      const factor = a[first + k];
      let other = k * columns;
      for (let place = start; place < start + columns; place++) out[place] += factor * b[other++];
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
