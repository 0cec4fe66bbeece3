// Uses every control of the generator's page as a person would, and prints what came of it as JSON.
//
//     node benchmarks/pages/generator.cjs chromium|firefox PAGE.html [FOLDER FOR SCREENSHOTS]
//
// It ends with 1 if a control changes nothing, or the page complains, is too wide or hard to use.

const { PHONE, accessibility, open, overflow, resize, screenshots, withBrowser } = require("./browser.cjs");

/** Return all the pixels of the picture, as text. */
const pictureOf = (page) =>
  page.evaluate(() => {
    const { width, height } = document.querySelector('[data-part="picture"]');
    // Read from a copy: a canvas that is read often is drawn in another way.
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(document.querySelector('[data-part="picture"]'), 0, 0);
    return context.getImageData(0, 0, width, height).data.join();
  });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const frame = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Return the controls: a number for each, its tag, type and accessible name. */
const controlsOf = (page) =>
  page.evaluate(() => {
    const all = document.querySelectorAll("#generator :is(input, select, button, [role=slider])");
    return [...all].map((element, number) => {
      element.dataset.number = number;
      const part = element.dataset.part ?? "";
      const said = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
      const shown = element.checkVisibility();
      const isTile = element.parentElement.dataset.part === "tiles";
      const isWord = element.parentElement.dataset.part === "suggested";
      return { number, part, shown, isTile, isWord, tag: element.tagName, type: element.type, said: said.trim().slice(0, 60) };
    });
  });

/** Change a control as a person would; a <select> goes on to its next option. */
async function use(page, { number, tag, type }) {
  const selector = `[data-number="${number}"]`;
  if (tag === "SELECT") {
    const value = await page.$eval(
      selector,
      (select) => select.options[(select.selectedIndex + 1) % select.options.length].value,
    );
    await page.select(selector, value);
  } else if (type === "range" || tag === "DIV") {
    await page.focus(selector);
    for (let press = 0; press < 12; press++) await page.keyboard.press("ArrowRight");
  } else if (type === "number" || type === "text") {
    await page.focus(selector);
    await page.keyboard.down("Control");
    await page.keyboard.press("a");
    await page.keyboard.up("Control");
    await page.keyboard.type(type === "number" ? "4321" : "a bald man with glasses");
    await page.keyboard.press("Tab");
  } else {
    // The input of a chip is below what a person sees of it.
    await page.$eval(selector, (element) => element.click());
  }
}

/** Press on the middle of the pad and drag from there. */
async function drag(page) {
  const pad = await page.$('[data-part="pad"]');
  await pad.scrollIntoView();
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.2, { steps: 4 });
  await page.mouse.up();
}

const useFirst = async (page, selector) =>
  use(page, await page.$eval(selector, ({ dataset, tagName, type }) => ({
    number: dataset.number, tag: tagName, type,
  })));

/** What a control needs before it, to have something to change. */
const BEFORE = {
  centre: drag,
  directions: drag,
  previous: (page) => useFirst(page, '[data-part="next"]'),
  "parts-free": (page) => useFirst(page, '[data-part="part-list"] select'),
  "codes-free": (page) => useFirst(page, '[data-part="code-list"] input'),
  "Seed 0": (page) => useFirst(page, '[data-part="next"]'),
};
/** What draws no other picture: how it is saved, which way a walk would go, other tiles. */
const QUIET = ["scale", "save", "walk-through", "seeds-before", "seeds-after"];

/** Use a control on a page of its own, and return what is wrong with it, "" if nothing is. */
async function tried(browser, file, control) {
  const page = await open(browser, file);
  await controlsOf(page);
  await frame(page);
  await (BEFORE[control.part] ?? BEFORE[control.said])?.(page);
  await frame(page);
  const said = await page.$eval('[data-part="said"]', (element) => element.textContent);
  const before = await pictureOf(page);
  let changed = false;
  // An attribute may have by its seed what it is set to; then another value shows.
  for (let tries = control.tag === "SELECT" ? 3 : 1; tries && !changed; tries--) {
    await use(page, control);
    await pause(control.part === "walk" ? 500 : 50);
    await frame(page);
    changed = (await pictureOf(page)) !== before;
  }
  // One more word may mean nothing to the generator, but the sentence has it.
  if (control.isWord) changed = said !== (await page.$eval('[data-part="said"]', (p) => p.textContent));
  const problems = [...page.problems];
  await page.close();
  if (problems.length) return problems.join("; ");
  return changed || QUIET.includes(control.part) ? "" : "the picture stays";
}

/** Press on Save, and return what is wrong with the file, "" if nothing is. */
async function saving(browser, file) {
  const page = await open(browser, file, {
    before: () => {
      // A page without a server asks the browser to save a blob: look at both.
      URL.createObjectURL = (blob) => {
        window.savedBlob = blob;
        return "blob:here";
      };
      HTMLAnchorElement.prototype.click = function () {
        window.savedName = this.download;
      };
    },
  });
  await frame(page);
  await page.select('[data-part="scale"]', "4");
  await page.$eval('[data-part="save"]', (button) => button.click());
  // The page's policy forbids what puppeteer would wait with.
  for (let tries = 0; tries < 100 && !(await page.evaluate(() => !!window.savedBlob)); tries++) await pause(50);
  const saved = await page.evaluate(async () => {
    const bitmap = await createImageBitmap(window.savedBlob);
    const side = document.querySelector('[data-part="picture"]').width;
    return { name: window.savedName, times: bitmap.width / side, kind: window.savedBlob.type };
  });
  await page.close();
  const right = saved.times === 4 && saved.kind === "image/png" && /seed-0\.png$/.test(saved.name);
  return right ? "" : JSON.stringify(saved);
}

/** Return how many pictures a walk shows in a second where little motion is asked for. */
async function calmPictures(browser, file) {
  const page = await open(browser, file, { calm: true });
  await frame(page);
  await page.$eval('[data-part="walk"]', (button) => button.click());
  const seen = new Set();
  for (let look = 0; look < 10; look++) {
    await pause(100);
    seen.add(await pictureOf(page));
  }
  await page.close();
  return seen.size;
}

async function main() {
  const [, , name, file, folder] = process.argv;
  const result = await withBrowser(name, async (browser) => {
    const page = await open(browser, file);
    await frame(page);
    await pause(800);
    const controls = (await controlsOf(page)).filter(({ shown }) => shown);
    const found = { browser: await browser.version(), unnamed: [], failed: {}, used: 0 };
    found.accessibility = await accessibility(page);
    found.problems = page.problems;
    await resize(page, PHONE);
    found.overflowOnPhone = await overflow(page);
    await page.close();
    found.saving = await saving(browser, file);
    if (name === "chromium") found.calmPictures = await calmPictures(browser, file);
    const chosen = controls.find(({ type }) => type === "radio");
    for (const control of controls) {
      if (!control.said) found.unnamed.push(control);
      if (control === chosen || (control.isTile && !["Seed 0", "Seed 1", "Seed 23"].includes(control.said))) continue;
      const wrong = await tried(browser, file, control);
      found.used++;
      if (wrong) found.failed[`${control.number} ${control.part} ${control.said}`] = wrong;
    }
    return found;
  });
  if (folder) result.screenshots = await screenshots(name, file, folder, () => pause(900));
  console.log(JSON.stringify(result, null, 2));
  const bad = result.accessibility.filter((line) => /^(serious|critical)/.test(line));
  const calm = (result.calmPictures ?? 1) === 1;
  const ok = calm && !result.saving && !bad.length && !result.problems.length && !result.unnamed.length && !Object.keys(result.failed).length && result.overflowOnPhone === 0;
  process.exit(ok ? 0 : 1);
}

main();
