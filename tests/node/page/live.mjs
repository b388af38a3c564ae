// What is published appears on a page that is open, as text, marked and announced; a service that dies and comes back loses
// and repeats nothing; pages share a stream; history is replayed beside it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/// Asks the test for something, and waits until it is done.
async function have(what) {
  console.log(what);
  const { value } = await lines.next();
  assert.equal(value, `${what}: done`);
}

/// What is sent beside the pages goes another way than `fetch` of Node.js, which cannot bear a service that dies.
let beside;
async function publish(kind, data, more = {}) {
  const id = randomUUID();
  const shared = { occurred: "2024-07-04", attribution: [{ name: "Test desk" }] };
  const event = { specversion: "1.0", id, source: "/desks/test", type: `chronicle.${kind}.v1`, ...more, data: { ...shared, ...data } };
  const response = await beside.post(`${url}/v1/events`, { headers: { "content-type": "application/cloudevents+json" }, data: JSON.stringify(event) });
  const answer = await response.text();
  assert.equal(response.status(), 201, answer);
  return { id, ...JSON.parse(answer) };
}

const begun = Date.now();
const part = (name) => console.log(`${((Date.now() - begun) / 1000).toFixed(1)} s: ${name}`);
const at = (page, { position }) => page.locator(`#feed > li[id="at-${position}"]`);
const ids = (page) => page.locator("#feed > li").evaluateAll((all) => all.map((one) => one.dataset.id));
const live = (page) => page.locator('.live-state[data-state="live"]').waitFor();

await browse({ bypassCSP: true }, async (page, browser, odd) => {
  browser.setDefaultTimeout(15000);
  beside = browser.request;
  const streams = [];
  browser.on("request", (request) => { if (request.url().includes("/v1/changes")) streams.push(request.url()); });
  await page.goto(`${url}/live`);
  await live(page);
  const before = await ids(page);

  part("published");
  // Without reload, within a second: measured from when it is sent to when it is on the page.
  const seen = page.evaluate(() => new Promise((done) => {
    new MutationObserver(() => done(performance.timeOrigin + performance.now())).observe(document.querySelector("#feed"), { childList: true });
  }));
  const sent = Date.now();
  const first = await publish("admission", { organisation: "sco", party: "AFG", occurred: "2030" });
  console.log(`measured: on the page ${Math.round((await seen) - sent)} ms after it was sent`);
  await at(page, first).waitFor();
  assert.match(await at(page, first).locator(".entry-said").textContent(), /Afghanistan becomes member of/);
  assert.equal(await at(page, first).locator(".fresh").textContent(), "New");
  assert.ok(await at(page, first).locator(`a[href="/events/${first.id}"]`).count());
  await page.waitForFunction(() => document.querySelector("#announce").textContent.startsWith("New: Afghanistan becomes member"));
  // What it changed is what `/v1/changes` told.
  const told = await (await beside.get(`${url}/v1/replay?from=${first.position}`, { headers: { accept: "application/x-ndjson" } })).text();
  const [{ changes }] = told.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(await at(page, first).locator(".changed > li").count(), changes.length);

  part("hostile");
  // Markup in every text of an event is text.
  const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'>&amp;';
  const person = { name: markup, office: markup, id: "hostile" };
  const hostile = [
    await publish("statement", { meeting: "sco-astana-2024", party: "KAZ", speaker: person, words: markup, place: markup, note: markup, attribution: [{ name: markup, url: "javascript:alert(3)" }] }),
    await publish("meeting", { meeting: "hostile", title: markup, theme: markup, venue: markup, phase: "held", participants: [{ group: markup, person, in_lieu_of: person }] }),
    await publish("naming", { of: { organisation: "sco" }, name: markup, language: "en" }),
    await publish("signing", { instrument: "hostile", title: markup, signatories: [{ person }] }),
  ];
  for (const one of hostile) await at(page, one).waitFor();
  assert.ok((await at(page, hostile[0]).textContent()).includes(markup));
  assert.equal(await page.locator("#feed img, #feed script, #feed a[href^='javascript']").count(), 0);
  await page.reload();
  await live(page);
  assert.ok((await at(page, hostile[0]).textContent()).includes(markup), "the service writes it as text, too");
  assert.equal(await page.locator("#feed img, #feed script, #feed a[href^='javascript']").count(), 0);

  part("paused");
  // Pause holds back; going on shows.
  await page.getByRole("button", { name: "Pause" }).focus();
  await page.keyboard.press("Enter");
  const held = [await publish("arrival", { party: "IND", place: "Astana" }), await publish("departure", { party: "IND", place: "Astana" })];
  await page.getByRole("button", { name: "2 new entries: show" }).waitFor();
  assert.equal(await at(page, held[0]).count(), 0);
  await accessible(page);
  await page.getByRole("button", { name: "Go on" }).press("Enter");
  await at(page, held[1]).waitFor();

  part("shared");
  // Another page that shows less, and one that is opened beside: one stream for all of them.
  streams.length = 0;
  const other = await browser.newPage();
  await other.goto(`${url}/live?kind=tally`);
  await live(other);
  const third = await browser.newPage();
  await third.goto(`${url}/live?organisation=sco`);
  await live(third);
  const tally = await publish("tally", { organisation: "sco", what: "member", value: 10 });
  await Promise.all([page, other, third].map((one) => at(one, tally).waitFor()));
  const arrival = await publish("arrival", { party: "KAZ", place: "Astana" });
  await at(page, arrival).waitFor();
  assert.deepEqual(streams, [], "the first page reads for all");
  assert.equal(await at(other, arrival).count(), 0);
  assert.equal(await at(third, arrival).count(), 0);
  // Whoever read is gone: another one reads on.
  await page.close();
  const after = await publish("tally", { organisation: "sco", what: "observer", value: 2 });
  await Promise.all([other, third].map((one) => at(one, after).waitFor()));
  assert.equal(streams.length, 1, `${streams}`);
  await third.close();

  part("restarted");
  // The service dies, something is put on record meanwhile, and it comes back at the same address.
  await other.goto(`${url}/live`);
  await live(other);
  await have("killed, recorded and started");
  const back = await publish("tally", { organisation: "sco", what: "dialogue_partner", value: 14 });
  await at(other, back).waitFor();
  const shown = await ids(other);
  const { events } = await ask("/v1/events?limit=1000");
  const all = events.map((_, place) => String(place + 1)).reverse();
  const expected = all.slice(0, shown.filter((id) => !id.includes(".")).length);
  assert.deepEqual(shown.filter((id) => !id.includes(".")), expected, "nothing is lost or repeated");
  assert.ok(shown.length > before.length);
  assert.ok(odd.every((one) => /ERR_|Failed to load resource/.test(one)), odd.join("\n"));
  odd.length = 0;

  part("replayed");
  // History again, by itself.
  await other.locator('#replay-form [name="to"]').fill("20");
  await other.locator('#replay-form [name="speed"]').selectOption("max");
  await other.getByRole("button", { name: "Start" }).click();
  await other.locator(".replay-state", { hasText: "The replay is over" }).waitFor();
  await other.waitForFunction(() => document.querySelectorAll("#replayed > li[data-event]").length === 20);
  const replayed = await other.locator("#replayed > li[data-event]").evaluateAll((all) => all.map((one) => one.dataset.id.split(".")[0]));
  assert.deepEqual(replayed, Array.from({ length: 20 }, (_, n) => String(20 - n)));
  assert.deepEqual(await ids(other), shown, "the feed is as it was");
  await other.locator('#replay-form [name="speed"]').selectOption("original");
  await other.locator('#replay-form [name="to"]').fill(String(back.position));
  await other.getByRole("button", { name: "Start" }).click();
  await other.locator(".replay.running").waitFor();
  await other.getByRole("button", { name: "Stop" }).click();
  assert.equal(await other.locator(".replay-state").textContent(), "The replay is stopped.");

  await other.goto(`${url}/live`);
  for (const scheme of ["light", "dark"]) {
    part(scheme);
    await other.emulateMedia({ colorScheme: scheme });
    await accessible(other);
    await other.setViewportSize({ width: 1280, height: 900 });
    await shoot(other, `live-${scheme}`);
  }
  part("narrow");
  await other.setViewportSize({ width: 320, height: 640 });
  await fits(other);
  await accessible(other);
  await shoot(other, "live-320");
  await other.emulateMedia({ reducedMotion: "reduce", colorScheme: "light", media: "print" });
  await other.setViewportSize({ width: 800, height: 1000 });
  await shoot(other, "live-print");
});

part("without scripts");
// Without scripts: the latest, the way to older ones, and the filter.
await browse({ javaScriptEnabled: false }, async (page, browser) => {
  browser.setDefaultTimeout(15000);
  await page.goto(`${url}/live`);
  assert.ok((await page.locator("#feed > li[data-event]").count()) >= 30);
  assert.equal(await page.getByRole("button", { name: "Pause" }).isVisible(), false);
  assert.equal(await page.getByRole("button", { name: "Start" }).isVisible(), false);
  const seen = await ids(page);
  while (await page.getByRole("link", { name: "Older" }).count()) {
    await page.getByRole("link", { name: "Older" }).click();
    seen.push(...(await ids(page)));
  }
  const { events } = await ask("/v1/events?limit=1000");
  assert.deepEqual(seen.filter((id) => !id.includes(".")), events.map((_, place) => String(place + 1)).reverse());
  await page.goto(`${url}/live`);
  await page.locator('.filters [name="kind"]').first().selectOption("tally");
  await page.getByRole("button", { name: "Show" }).click();
  assert.deepEqual(new Set(await page.locator("#feed .kind").allTextContents()), new Set(["tally"]));
});
// Nothing more is asked for.
process.stdin.destroy();
