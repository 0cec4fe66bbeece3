// Opens a page of ganctl from file:// in Chromium or Firefox, without a network, and tells what
// happens there. Needs puppeteer-core and axe-core from npm, found through NODE_PATH:
//
//     npm install --prefix /tmp/npm puppeteer-core axe-core
//     NODE_PATH=/tmp/npm/node_modules node benchmarks/pages/generator.cjs chromium page.html shots/
//
// CHROMIUM and FIREFOX are the paths of the programs, if they are not in /usr/bin.

const fs = require("node:fs");
const path = require("node:path");
const puppeteer = require("puppeteer-core");

const PROGRAMS = {
  chromium: process.env.CHROMIUM ?? "/usr/bin/chromium",
  firefox: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
};
const LOCAL = /^(file|data|blob|about):/;
const WIDE = { width: 1200, height: 900 };
const PHONE = { width: 390, height: 844 };

/** A proxy where nobody listens: whatever a page asks of a network fails. */
const NOBODY = { host: "127.0.0.1", port: 9 };

/** Open a browser, light or dark, call `act(browser)`, and close it. */
async function withBrowser(name, act, { dark = false } = {}) {
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath: PROGRAMS[name],
    headless: true,
    args: name === "firefox" ? [] : ["--no-sandbox", `--proxy-server=${NOBODY.host}:${NOBODY.port}`],
    extraPrefsFirefox: {
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      "network.proxy.type": 1,
      "network.proxy.http": NOBODY.host,
      "network.proxy.http_port": NOBODY.port,
      "network.proxy.ssl": NOBODY.host,
      "network.proxy.ssl_port": NOBODY.port,
    },
  });
  browser.ganctlIsDark = dark;
  browser.ganctlName = name;
  try {
    return await act(browser);
  } finally {
    await browser.close();
  }
}

/**
 * Open a page, and return it with what it complains of as `problems`: errors in the console and
 * requests that leave the file. `calm` asks for little motion, which Firefox cannot be told here;
 * `before` is a function that runs in the page before its own scripts.
 */
async function open(browser, file, { viewport = WIDE, calm = false, before = null } = {}) {
  const page = await browser.newPage();
  page.problems = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) page.problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!LOCAL.test(request.url())) page.problems.push(`request: ${request.url()}`);
  });
  await resize(page, viewport);
  if (browser.ganctlName === "chromium") {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: browser.ganctlIsDark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: calm ? "reduce" : "no-preference" },
    ]);
  }
  if (before) await page.evaluateOnNewDocument(before);
  await page.goto(`file://${path.resolve(file)}`);
  return page;
}

async function resize(page, viewport) {
  try {
    await page.setViewport(viewport);
  } catch (error) {
    // Firefox 140 sets the size and then knows nothing of the screen's orientation.
    if (!error.message.includes("setScreenOrientationOverride")) throw error;
  }
}

/** Return what axe-core finds, as lines: how bad, which rule, where. */
async function accessibility(page) {
  await page.evaluate(fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8"));
  const { violations } = await page.evaluate(() => axe.run(document));
  return violations.map(
    ({ impact, id, nodes }) => `${impact}: ${id}: ${nodes.map((node) => node.target).join(" ")}`,
  );
}

/** Return how much wider than the window a page is, in pixels; 0 if it fits. */
const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Save a page as it looks light, dark and on a phone, once `ready(page)`; return the files. */
async function screenshots(name, file, folder, ready = async () => {}) {
  fs.mkdirSync(folder, { recursive: true });
  const looks = { light: {}, dark: { dark: true }, phone: { viewport: PHONE } };
  const files = [];
  for (const [look, { dark = false, viewport = WIDE }] of Object.entries(looks)) {
    await withBrowser(
      name,
      async (browser) => {
        const page = await open(browser, file, { viewport });
        await ready(page);
        files.push(path.join(folder, `${name}-${look}.png`));
        await page.screenshot({ path: files.at(-1), fullPage: true });
      },
      { dark },
    );
  }
  return files;
}

module.exports = { PHONE, accessibility, open, overflow, resize, screenshots, withBrowser };
