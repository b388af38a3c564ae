// What holds of every page, whatever it is about: the keyboard alone reaches everything; nothing is wider than a narrow window;
// it is accessible, in light and in dark; nothing moves for who wants it still; and without scripts every fact is still there.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, reachable, url } from "./browser.mjs";

const [event] = (await ask("/v1/events?limit=1&kind=admission")).events;
const pages = [
  "/", "/organisations", "/parties", "/people", "/meetings", "/find?q=india", "/live", "/organisations/sco", "/organisations/sco/changes?from=1&to=73", "/organisations/sco/why/IRN",
  "/meetings/sco-astana-2024", "/meetings/sco-plus-astana-2024", "/meetings/sco-plus-astana-2024/sheet", "/meetings/sco-plus-astana-2024/why/IND",
  "/parties/IND", "/people/xi-jinping", `/events/${event.id}`, "/record", "/record/admission", `/record/correct/${event.id}`, `/record/retract/${event.id}`, "/sign-in",
];

/// What a page tells, piece by piece, without what is there for scripts only, and without the line to embed a picture by, in which
/// they write where they are.
const told = (page) => page.evaluate(() => {
  const pieces = [...document.querySelectorAll("main :is(h1, h2, h3, p, td, th, dt, dd, li, figcaption, blockquote, pre, text)")];
  const own = pieces.filter((one) => !one.closest(".scripted-only, .needs-scripts, .no-scripts, [aria-live], .embed"));
  return own.map((one) => one.textContent.replace(/\s+/g, " ").trim()).filter((text) => text);
});

const facts = new Map();
await browse({ bypassCSP: true }, async (page) => {
  for (const address of pages) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(url + address);
    facts.set(address, await told(page));
    assert.ok(facts.get(address).length, `${address} tells nothing`);
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0, `${address} moves`);
    await reachable(page);
    await accessible(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await accessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await fits(page);
  }
});

await browse({ javaScriptEnabled: false }, async (page) => {
  for (const address of pages) {
    await page.goto(url + address);
    const bare = new Set(await told(page));
    assert.deepEqual(facts.get(address).filter((fact) => !bare.has(fact)), [], `${address} tells less without scripts`);
  }
});
