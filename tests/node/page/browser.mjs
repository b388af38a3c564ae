// A real browser for stories. Whatever a page does that it should not, ends the story: a request to another host, an error
// in the console, a broken content security policy, a dialog.
import assert from "node:assert/strict";
import { access, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

/// Where the service is.
export const url = process.env.CHRONICLE_URL;
const shots = process.env.CHRONICLE_SHOTS;
const program = process.env.CHRONICLE_BROWSER ?? "/usr/bin/chromium";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
// As an own user in a container nothing else would start; nothing is asked of the network by the browser itself.
const options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/// Opens a browser with a profile of its own and hands its context and first page to the story.
export async function browse(context, story) {
  await access(program).catch(() => { throw new Error(`${program} is missing; ./deploy/setup --tests installs it, or says how`); });
  const profile = await mkdtemp(join(tmpdir(), "chronicle-browser-"));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: program, headless: true, args: options, ...context });
  const odd = [];
  const watch = (page) => {
    page.on("console", (said) => { if (said.type() === "error") odd.push(`console: ${said.text()}`); });
    page.on("pageerror", (error) => odd.push(`error: ${error}`));
    page.on("dialog", (dialog) => { odd.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  };
  browser.on("page", watch);
  browser.pages().forEach(watch);
  browser.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !/^(data|about|blob):/.test(asked)) odd.push(`request: ${asked}`);
  });
  try {
    await story(browser.pages()[0] ?? await browser.newPage(), browser, odd);
    assert.deepEqual(odd, [], "the pages did what they should not");
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/// Asks the interface for programs: what a page tells must be equal.
export async function ask(path) {
  const response = await fetch(url + path);
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

/// Judges a page by WCAG 2.2 AA. Its context must be opened with `bypassCSP: true`: axe is a script of its own.
export async function accessible(page) {
  await page.addScriptTag({ path: axe });
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), tags);
  const told = found.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 5).map((node) => `${node.html}\n    ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], `${page.url()} is not accessible:\n${told.join("\n")}`);
}

/// The keyboard alone reaches all that can be used, and shows where it is.
export async function reachable(page) {
  const usable = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")];
    const seen = all.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ contentVisibilityAuto: false }) && !one.closest("details:not([open]) > :not(summary)"));
    seen.forEach((one, place) => { one.dataset.place = place; });
    return seen.length;
  });
  const reached = new Set();
  for (let press = 0; press < usable + 5 && reached.size < usable; press += 1) {
    await page.keyboard.press("Tab");
    const [place, outline] = await page.evaluate(() => [document.activeElement.dataset.place, getComputedStyle(document.activeElement).outlineStyle]);
    if (place === undefined) continue;
    reached.add(place);
    assert.notEqual(outline, "none", `${page.url()}: the focus is not seen on ${place}`);
  }
  const missed = await page.evaluate((reached) => [...document.querySelectorAll("[data-place]")].filter((one) => !reached.includes(one.dataset.place)).map((one) => one.outerHTML.slice(0, 200)), [...reached]);
  assert.deepEqual(missed, [], `${page.url()}: the keyboard does not reach everything`);
}

/// Nothing is wider than the window.
export async function fits(page) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= room, `${page.url()} is ${wide} pixels wide, there are ${room}`);
}

/// Takes a picture of the whole page.
export async function shoot(page, name) {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/// Reads a file that stands beside the stories.
export const beside = (name) => readFile(new URL(name, import.meta.url), "utf8");
