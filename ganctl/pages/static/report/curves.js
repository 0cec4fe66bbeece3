// All charts have one step in common: that of the slider, or below the pointer.

const steps = [...new Set(data.flatMap((chart) => chart.steps))].sort((one, other) => one - other);
const span = [steps[0], steps.at(-1)];
const charts = [...root.querySelectorAll(".plot")].map((element, k) => new Chart(element, data[k], span));
const control = root.querySelector(".cross");
const slider = control.querySelector("input");
const output = control.querySelector("output");

function show(step) {
  const chart = data.find((each) => each.steps.includes(step));
  const images = chart?.images[chart.steps.indexOf(step)];
  const seen = images === null || images === undefined ? "" : `, ${images.toLocaleString("en")} images`;
  output.textContent = `${step.toLocaleString("en")}${seen}`;
  const values = charts.flatMap((each) => each.show(step));
  slider.setAttribute("aria-valuetext", `Step ${step}: ${values.join("; ")}`);
}

function choose(step) {
  slider.value = steps.indexOf(step);
  show(step);
}

slider.max = steps.length - 1;
slider.addEventListener("input", () => show(steps[slider.value]));
for (const chart of charts) {
  for (const kind of ["pointermove", "pointerdown"]) {
    chart.element.addEventListener(kind, (event) => choose(chart.stepAt(event.clientX)));
  }
}
let width = root.clientWidth;
new ResizeObserver(() => {
  if (root.clientWidth === width) return;
  width = root.clientWidth;
  for (const chart of charts) chart.draw();
}).observe(root);
control.hidden = false;
choose(steps.at(-1));
