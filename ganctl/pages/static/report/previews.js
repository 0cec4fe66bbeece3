// The slider goes through the previews; Play goes from there to the end, or from the start.

const PAUSE = 250;
const picture = root.querySelector(".preview");
const slider = root.querySelector("input");
const output = root.querySelector("output");
const play = root.querySelector(".play");
const pictures = [...data.earlier, picture.getAttribute("src")];
const last = pictures.length - 1;
let timer = 0;

function show(place) {
  const step = data.steps[place].toLocaleString("en");
  slider.value = place;
  slider.setAttribute("aria-valuetext", `Step ${step}`);
  output.textContent = step;
  picture.src = pictures[place];
  picture.alt = `Samples at step ${step}`;
}

function stop() {
  clearInterval(timer);
  timer = 0;
  play.textContent = "Play";
}

function start() {
  if (Number(slider.value) === last) show(0);
  play.textContent = "Pause";
  timer = setInterval(() => {
    show(Math.min(last, Number(slider.value) + 1));
    if (Number(slider.value) === last) stop();
  }, PAUSE);
}

play.addEventListener("click", () => (timer ? stop() : start()));
slider.addEventListener("input", () => {
  stop();
  show(Number(slider.value));
});
if (last > 0) root.querySelector(".controls").hidden = false;
show(last);
