// Uses the controls of a run's report as a person would, and prints what came of it as JSON.
//
//     node benchmarks/pages/report.cjs chromium|firefox REPORT.html [FOLDER FOR SCREENSHOTS]
//
// It ends with 1 if a control changes nothing, or the page complains, is too wide or hard to use.
// What a page leaves out, since a run has no previews or metrics, is not tried. The generator in it
// is used by generator.cjs.

const { PHONE, accessibility, open, overflow, resize, screenshots, withBrowser } = require("./browser.cjs");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const has = async (page, selector) => (await page.$(selector)) !== null;
const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);
const pictureOf = (page) => page.$eval(".preview", ({ src, alt }) => `${alt} ${src}`);
const shownOf = (page) => page.$eval("#curves", (section) => section.querySelector("output").textContent
  + [...section.querySelectorAll(".legend")].map((legend) => legend.textContent).join());

/** Return whether something differs after an act. */
async function changes(page, look, act, wait = 50) {
  const before = await look(page);
  await act(page);
  await pause(wait);
  return (await look(page)) !== before;
}

async function press(page, selector, key) {
  await page.focus(selector);
  await page.keyboard.press(key);
}

/** Point at the middle of a chart. */
async function point(page, plot) {
  await plot.scrollIntoView();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
}

const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

/** What is tried: whether a page has it, and whether it does something. */
const TRIALS = {
  "the button that changes light and dark": ["#theme", (page) => changes(page, paper, () => page.click("#theme"))],
  "a link to a section": [".contents a", async (page) => {
    const links = await page.$$(".contents a");
    return changes(page, () => page.evaluate(() => scrollY), () => links.at(-1).click(), 1200);
  }],
  "the slider of previews": ["#previews-step:not([max='0'])", (page) =>
    changes(page, pictureOf, () => press(page, "#previews-step", "Home"))],
  "play": ["#previews-step:not([max='0'])", async (page) => {
    const began = await changes(page, pictureOf, () => page.click(".play"), 100);
    const goesOn = (await textOf(page, ".play")) === "Play" || (await changes(page, pictureOf, () => {}, 400));
    return began && goesOn;
  }],
  "the slider of curves": ["#curves-step", (page) => changes(page, shownOf, () => press(page, "#curves-step", "Home"))],
  "the values of the slider, read aloud": ["#curves-step", (page) =>
    changes(page, () => page.$eval("#curves-step", (slider) => slider.getAttribute("aria-valuetext")), () =>
      press(page, "#curves-step", "Home"))],
  "pointing at each chart": [".plot", async (page) => {
    const plots = await page.$$(".plot");
    // Where all steps have one value the words stay: then the line moves alone.
    const look = (page) => page.$eval("#curves", (section) => section.innerHTML);
    for (const plot of plots) {
      await press(page, "#curves-step", "End");
      if (!(await changes(page, look, () => point(page, plot)))) return false;
    }
    return true;
  }],
  "tables behind charts": ["#curves summary", (page) =>
    changes(page, () => page.$eval("#curves details", ({ open }) => open), () => page.click("#curves summary"))],
  "copying a command": ["#about .copy", async (page) =>
    changes(page, () => textOf(page, "#about .copy"), () => page.click("#about .copy"), 200)],
};

async function main() {
  const [, , name, file, folder] = process.argv;
  const result = await withBrowser(name, async (browser) => {
    const found = { browser: await browser.version(), tried: [], missing: [], failed: {}, overflow: {} };
    const page = await open(browser, file);
    await pause(500);
    found.accessibility = await accessibility(page);
    await page.click("#theme");
    found.accessibilityOfOtherColours = await accessibility(page);
    for (const width of [PHONE.width, 768, 1200]) {
      await resize(page, { ...PHONE, width });
      found.overflow[width] = await overflow(page);
    }
    found.problems = page.problems;
    await page.close();
    for (const [what, [selector, trial]] of Object.entries(TRIALS)) {
      const fresh = await open(browser, file);
      if (await has(fresh, selector)) {
        found.tried.push(what);
        if (!(await trial(fresh))) found.failed[what] = "nothing changes";
        if (fresh.problems.length) found.failed[what] = fresh.problems.join("; ");
      } else found.missing.push(what);
      await fresh.close();
    }
    return found;
  });
  if (folder) result.screenshots = await screenshots(name, file, folder, () => pause(900));
  console.log(JSON.stringify(result, null, 2));
  const violations = [...result.accessibility, ...result.accessibilityOfOtherColours];
  const bad = violations.filter((line) => /^(serious|critical)/.test(line));
  const isWide = Object.values(result.overflow).some((pixels) => pixels > 0);
  process.exit(bad.length || isWide || result.problems.length || Object.keys(result.failed).length ? 1 : 0);
}

main();
