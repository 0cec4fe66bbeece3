// Opens a page of ganctl from file:// in Chromium or Firefox, without a network, and tells what
// happens there. Needs puppeteer-core and axe-core from npm, found through NODE_PATH:
//
//     npm install --prefix /tmp/npm puppeteer-core axe-core
//     NODE_PATH=/tmp/npm/node_modules node benchmarks/pages/generator.cjs chromium page.html shots/
//
// CHROMIUM and FIREFOX are the paths of the programs, if they are not in /usr/bin.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const puppeteer = require("puppeteer-core");

const PROGRAMS = {
  chromium: process.env.CHROMIUM ?? "/usr/bin/chromium",
  firefox: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
};
const LOCAL = /^(file|data|blob|about):/;
const WIDE = { width: 1200, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Open a browser, call `act(browser)`, and close it. */
async function withBrowser(name, act) {
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath: PROGRAMS[name],
    headless: true,
    args: name === "firefox" ? [] : ["--no-sandbox", "--disable-gpu", "--allow-file-access-from-files=false"],
    extraPrefsFirefox: { "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9 },
  });
  try {
    return await act(browser);
  } finally {
    await browser.close();
  }
}

/**
 * Open a page, and return it with what it complains of as `problems`: errors in the console and
 * requests that leave the file.
 */
async function open(browser, file, { media = [], viewport = WIDE } = {}) {
  const page = await browser.newPage();
  page.problems = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) page.problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!LOCAL.test(request.url())) page.problems.push(`request: ${request.url()}`);
  });
  await page.setViewport(viewport);
  for (const [name, value] of media) await emulate(page, name, value);
  await page.goto(`file://${path.resolve(file)}`);
  return page;
}

/** Ask for dark colours or little motion; a browser that cannot is told by its absence. */
async function emulate(page, name, value) {
  try {
    await page.emulateMediaFeatures([{ name, value }]);
  } catch (error) {
    page.cannotEmulate = error.message;
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

/** Save a page as it looks light, dark and on a phone; return the files. */
async function screenshots(browser, file, folder, stem, prepare = async () => {}) {
  fs.mkdirSync(folder, { recursive: true });
  const looks = {
    light: { media: [["prefers-color-scheme", "light"]] },
    dark: { media: [["prefers-color-scheme", "dark"]] },
    phone: { media: [["prefers-color-scheme", "light"]], viewport: PHONE },
  };
  const files = [];
  for (const [look, options] of Object.entries(looks)) {
    const page = await open(browser, file, options);
    await prepare(page);
    const target = path.join(folder, `${stem}-${look}.png`);
    await page.screenshot({ path: target, fullPage: true });
    files.push(target);
    await page.close();
  }
  return files;
}

/** Return a folder of its own. */
const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), "ganctl-pages-"));

module.exports = { PHONE, accessibility, emulate, open, overflow, screenshots, temporary, withBrowser };
