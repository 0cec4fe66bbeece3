// Prints the value of a script in a browser, a text: node evaluate.cjs chromium|firefox SCRIPT.js

const fs = require("node:fs");
const { withBrowser } = require("./browser.cjs");

const [, , name, file] = process.argv;
withBrowser(name, async (browser) => {
  const page = await browser.newPage();
  process.stdout.write(await page.evaluate(fs.readFileSync(file, "utf-8")));
});
