// The page: what the controls say, the picture of it, and saving that picture.

const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
const sampler = new Sampler(data);
const picture = part("picture");
const seedInput = part("seed");
const truncationInput = part("truncation");

let seed = 0;
let truncation = 1;

const latentAt = (ofSeed) => sampler.latent(ofSeed).map((value) => truncation * value);

function draw() {
  const wish = choices.wish();
  paint(picture, sampler.pixels(plane.moved(latentAt(seed)), sampler.condition(wish, seed)));
  const said = `${choices.said()}, seed ${seed}${plane.isCentred ? "" : ", moved in the plane"}`;
  show(said, choices.drawn(seed));
  seeds.mark(seed);
  announce();
  showWords(part("command"), command() ?? "none: a terminal has no option for this one");
}

function show(said, drawn = "") {
  part("said").textContent = said;
  part("drawn").textContent = drawn;
  picture.setAttribute("aria-label", said);
}

/** Show a line that breaks between words alone: a browser would break --seed behind its first dash. */
function showWords(element, line) {
  const words = line.split(" ").map((word) => {
    const whole = document.createElement("span");
    whole.textContent = word;
    return whole;
  });
  element.replaceChildren(...words.flatMap((word, place) => (place ? [" ", word] : [word])));
}

/** Return the command that draws the same picture, null if none does. */
function command() {
  const asked = choices.options();
  if (asked === null || !plane.isCentred) return null;
  const words = ["ganctl", "sample", data.name, ...asked, "--seed", `${seed}`];
  if (truncation !== 1) words.push("--truncation", `${truncation}`);
  return words.map(quotedForShell).join(" ");
}

/** Draw where a walk is, which leaves the controls as they are. */
function drawWalk({ way, from, to, fraction }) {
  if (way.stops) {
    const wish = way.at(from, to, fraction);
    paint(picture, sampler.pixels(plane.moved(latentAt(seed)), sampler.condition(wish, seed)));
    show(`${way.stops[from]} → ${way.stops[to]}, seed ${seed}`);
    return;
  }
  const latent = onTheArc(latentAt(seed + from), latentAt(seed + to), fraction);
  const ends = [seed + from, seed + to].map((each) => sampler.condition(choices.wish(), each));
  const condition = ends[0].map((value, place) => value + fraction * (ends[1][place] - value));
  paint(picture, sampler.pixels(plane.moved(latent), condition));
  show(`${choices.said()}, seed ${seed + from} → ${seed + to}`);
}

const announce = later(() => {
  part("live").textContent = `${part("said").textContent}. ${part("drawn").textContent}`;
}, 400);
const redraw = beforeNextFrame(draw);

/** Draw anew after a control was touched. */
function changed() {
  walk?.stop();
  redraw();
  seeds?.draw();
}

function chooseSeed(wanted) {
  seed = Math.min(Math.max(Math.floor(wanted) || 0, 0), LARGEST_SEED);
  seedInput.value = seed;
  walk.stop();
  redraw();
}

/** Save the picture, each pixel so many pixels wide. */
function save() {
  const scale = Number(part("scale").value);
  const large = made("canvas", { width: scale * picture.width, height: scale * picture.height });
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, large.width, large.height);
  large.toBlob((blob) => {
    const url = URL.createObjectURL(blob);
    const name = part("said").textContent.replace(/[^\p{L}\p{N}.=-]+/gu, "-");
    made("a", { href: url, download: `${data.stem}-${name.slice(0, 80)}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }, "image/png");
}

let walk = null;
let seeds = null;
const choices = new CHOICES[data.asked.kind](data.asked, changed);
const plane = new Plane(data.network, changed);
walk = new Walk(choices.walks(), drawWalk, redraw);
seeds = new Seeds(
  (each) => sampler.pixels(plane.moved(latentAt(each)), sampler.condition(choices.wish(), each)),
  chooseSeed,
);

seedInput.addEventListener("change", () => chooseSeed(seedInput.valueAsNumber));
part("previous").addEventListener("click", () => chooseSeed(seed - 1));
part("next").addEventListener("click", () => chooseSeed(seed + 1));
part("random").addEventListener("click", () => chooseSeed(Math.random() * 2 ** 31));
truncationInput.addEventListener("input", () => {
  truncation = truncationInput.valueAsNumber;
  part("truncation-said").value = truncation.toFixed(2);
  changed();
});
for (const scale of [1, 4, 8, 16, 32]) {
  const side = scale * data.network.side;
  part("scale").append(made("option", { value: scale, selected: scale === 8 }, `${side} × ${side}`));
}
part("save").addEventListener("click", save);
draw();
