// What a person sees: elements by name, pictures, what is said of them.

const part = (name) => root.querySelector(`[data-part="${name}"]`);

/** Return a new element with properties, attributes where there is no such property, and children. */
function made(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Return options of a <select>: texts, with their places for values. */
const optionsOf = (texts) => texts.map((text, value) => made("option", { value }, text));

/** Return a slider with its name before it, and what it says behind. */
function sliderOf(name, slider, output) {
  // The slider comes first: a label is that of the first control in it, and <output> counts as one.
  return made("label", { className: "g-slider" }, made("span", {}, name), slider, output);
}

/** Put pixels, as a canvas takes them, on one. */
function paint(canvas, pixels) {
  const side = Math.sqrt(pixels.length / 4);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  canvas.getContext("2d").putImageData(new ImageData(pixels, side, side), 0, 0);
}

/** Return a function that calls `act` once, so many milliseconds after it was asked for last. */
function later(act, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

/** Return a function that calls `act` once before the next picture on the screen. */
function beforeNextFrame(act) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      act();
    });
  };
}

const percent = (fraction) => `${Math.round(100 * fraction)} %`;

/** Return a text as a shell takes it for one word, as Python's shlex.quote does. */
function quotedForShell(text) {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
