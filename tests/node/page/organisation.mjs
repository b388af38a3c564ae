// An organisation's page: its facts are those of the interface for programs from every vantage; sliders, dates, sources and
// links lead to other vantages, with scripts and without, by keyboard alone; it can be embedded anywhere.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { accessible, ask, browse, fits, reachable, shoot, url } from "./browser.mjs";

const sco = `${url}/organisations/sco`;
const api = (what, query = "") => ask(`/v1/organisations/sco/${what}${query}`);
const SIX = "2016-12-31";

/// The table of statuses, the counts, and what the pictures say, as they stand on the page.
function told(page) {
  return page.evaluate(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const time = (cell) => cell.querySelector("time.edtf")?.textContent ?? null;
    const spells = all("table.spells tbody tr").map((row) => ({
      party: row.dataset.party,
      status: row.dataset.status,
      answer: row.cells[2].textContent.replace(/^[YN?·]/, "").trim(),
      since: time(row.cells[3]),
      until: time(row.cells[4]),
      contested: row.cells[5].textContent.includes("contested"),
    }));
    const counts = Object.fromEntries(all("#counts [data-status]").map((one) => {
      const [yes, possibly] = one.querySelector("dd").textContent.match(/\d+/g).map(Number);
      return [one.dataset.status, { yes, possibly: possibly ?? 0 }];
    }));
    const rows = all(".lanes svg[role=img] title").map((title) => title.textContent);
    return { spells, counts, rows };
  });
}

/// What the page must tell from somewhere.
async function facts(query) {
  const [members, timeline] = await Promise.all([api("members", query), api("timeline", query)]);
  const spells = timeline.parties.flatMap(({ party, spells }) => spells.filter(({ status }) => status !== "none").map((spell) => ({
    party, status: spell.status, answer: spell.answer, since: spell.since.edtf, until: spell.until?.edtf ?? null, contested: spell.contested,
  })));
  return { spells, counts: members.counts, parties: timeline.parties.length };
}

const sorted = (rows) => rows.map((row) => JSON.stringify(row)).sort();

async function equals(page, query) {
  const [is, must] = await Promise.all([told(page), facts(query)]);
  assert.deepEqual(sorted(is.spells), sorted(must.spells), `statuses from ${query}`);
  assert.deepEqual(is.counts, must.counts, `counts from ${query}`);
  assert.equal(is.rows.length, must.parties, `one picture for each party from ${query}`);
}

/// Waits until the page says how many members there are.
const members = (page, count) => page.waitForFunction((count) =>
  document.querySelector("#counts [data-status=member] dd")?.firstChild.textContent === String(count), count);

const VANTAGES = [
  "", `?as_of=${SIX}`, "?as_of=2017", "?as_of=1999", "?as_of=2024-07-04&known_at=2024-12-31", "?according_to=official",
  "?according_to=People%27s%20Daily", "?as_of=2024-07-04&at_position=73", "?as_of=before:35984089-b65c-5559-889f-358f31df4dd7",
];

await browse({}, async (page, _, odd) => {
  for (const query of VANTAGES) {
    await page.goto(sco + query);
    await equals(page, query);
  }

  // What it offers to programs is there, from the same vantage.
  await page.goto(`${sco}?as_of=${SIX}`);
  const offered = await page.locator(".exports a").evaluateAll((links) => links.map((link) => link.href));
  assert.ok(offered.length > 5, offered);
  for (const address of offered) {
    const answer = await fetch(address);
    assert.ok(answer.ok && new URL(address).searchParams.get("as_of") === SIX, `${address}: ${answer.status}`);
  }

  // Counts over time are those that members count on those days, and on the days before.
  await page.goto(sco);
  const points = await page.evaluate(() => [...document.querySelectorAll("table.points tbody tr")].map((row) => ({
    from: row.querySelector("time")?.textContent,
    counts: [...row.querySelectorAll("td")].map((cell) => [cell.dataset.status, cell.textContent]).filter(([, text]) => text !== "0"),
  })));
  assert.ok(points.length > 10, `${points.length} changes`);
  const range = ({ yes, possibly }) => (possibly ? `${yes} to ${yes + possibly}` : String(yes));
  for (const { from, counts } of points.slice(1)) {
    const { counts: must } = await api("members", `?as_of=${from}`);
    assert.deepEqual(Object.fromEntries(counts), Object.fromEntries(Object.entries(must).map(([status, count]) => [status, range(count)])), `on ${from}`);
  }

  // The slider, by keyboard alone, comes to the last day of six members; nothing is loaded anew, the focus stays.
  await page.evaluate(() => { window.stays = true; });
  const entries = await page.evaluate(() => history.length);
  const slider = page.locator("#as_of-slider");
  await slider.focus();
  await page.keyboard.press("Home");
  await members(page, 0).catch(() => {});
  const steps = await page.evaluate((day) => document.querySelector("[data-way=as_of]").dataset.stops.split(" ").indexOf(day), SIX);
  assert.ok(steps > 0, `${SIX} is where the slider can stand`);
  for (let step = 0; step < steps; step += 1) await page.keyboard.press("ArrowRight");
  await page.waitForURL((now) => now.searchParams.get("as_of") === SIX);
  await members(page, 6);
  await equals(page, `?as_of=${SIX}`);
  assert.equal(await page.locator("#said").textContent().then((text) => /As of 2016-12-31: .*6 member/.test(text)), true);
  assert.deepEqual(await page.evaluate(() => [document.activeElement.id, window.stays, history.length]), ["as_of-slider", true, entries + 1], "all that the slider was moved is one step");
  assert.equal(await slider.getAttribute("aria-valuetext"), SIX);
  assert.equal(await page.locator("form.vantage input[name=as_of]").inputValue(), SIX);
  assert.ok((await page.locator("#permanent").getAttribute("href")).includes(`as_of=${SIX}`), "what is cited is what is shown");
  assert.ok((await page.locator("header.top a.name").getAttribute("href")).includes(`as_of=${SIX}`), "links keep the vantage");
  assert.equal(await page.locator("form.find input[name=as_of]").inputValue(), SIX, "what is looked for is looked for from here");
  // Back leads to what was shown before, and forward here again. To the end of the slider is today, which goes without saying.
  await page.goBack();
  await page.waitForFunction((day) => document.querySelector("[data-way=as_of] output").value !== day, SIX);
  assert.deepEqual([page.url(), await page.evaluate(() => window.stays)], [sco, true]);
  await equals(page, "");
  await page.goForward();
  await members(page, 6);
  await equals(page, `?as_of=${SIX}`);
  const last = await page.evaluate(() => document.querySelector("[data-way=as_of]").dataset.stops.split(" ").at(-1));
  if (last === new Date().toISOString().slice(0, 10)) {
    await slider.focus();
    await page.keyboard.press("End");
    await page.waitForURL(sco);
    await page.goBack();
    await members(page, 6);
  }
  // Its address alone brings anybody there.
  await page.reload();
  await equals(page, `?as_of=${SIX}`);

  // Typed, it is the same; the change behind it is one step away.
  await page.goto(sco);
  await page.evaluate(() => { window.stays = true; });
  await page.locator("form.vantage input[name=as_of]").fill(SIX);
  await page.keyboard.press("Enter");
  await members(page, 6);
  assert.equal(await page.evaluate(() => window.stays), true);
  await page.locator("[data-way=as_of] a[rel=next]").click();
  await page.waitForURL((now) => now.searchParams.get("as_of") > SIX);

  // Through knowledge, back to before the record was taken in.
  await page.locator("#known_at-slider").focus();
  await page.keyboard.press("Home");
  await page.waitForURL((now) => now.searchParams.has("known_at"));
  const known = new URL(page.url()).search;
  const few = await facts(known);
  await page.waitForFunction((rows) => document.querySelectorAll(".lanes svg[role=img]").length === rows, few.parties);
  await equals(page, known);

  // According to one source, chosen from those that speak.
  await page.goto(sco);
  await page.locator("details.sources summary").click();
  await page.locator("details.sources a", { hasText: "SCO Secretariat" }).first().click();
  await page.waitForURL((now) => now.searchParams.get("according_to") === "SCO Secretariat");
  const heard = await facts("?according_to=SCO%20Secretariat");
  await page.waitForFunction((rows) => document.querySelectorAll(".lanes svg[role=img]").length === rows, heard.parties);
  await equals(page, "?according_to=SCO%20Secretariat");

  // In the order of names.
  await page.goto(`${sco}?order=party`);
  const names = await page.locator(".lanes .who").allTextContents();
  assert.deepEqual(names, [...names].sort((one, other) => (one < other ? -1 : 1)));

  // The keyboard reaches all that can be used.
  await page.goto(sco);
  await reachable(page);

  // On a page of somebody else, the timeline is a picture.
  const other = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<!doctype html><title>A newsroom</title><link rel="icon" href="data:,"><img alt="Timeline" src="${sco}/timeline.svg?as_of=${SIX}">`);
  });
  await new Promise((ready) => other.listen(0, "127.0.0.1", ready));
  const elsewhere = `http://127.0.0.1:${other.address().port}/`;
  try {
    await page.goto(elsewhere);
    await page.waitForFunction(() => document.images[0].complete && document.images[0].naturalWidth > 0);
    await shoot(page, "organisation-embedded");
  } finally {
    other.closeAllConnections();
    other.close();
  }
  // That page was asked for by this story, not by a page of ours.
  odd.splice(0, odd.length, ...odd.filter((one) => one !== `request: ${elsewhere}`));
  const picture = await fetch(`${sco}/timeline.svg?as_of=${SIX}&at_position=100`);
  assert.equal(picture.headers.get("content-type"), "image/svg+xml; charset=utf-8");
  assert.match(picture.headers.get("content-security-policy"), /default-src 'none'/);
  assert.match(picture.headers.get("cache-control"), /immutable/);
  const text = await picture.text();
  assert.match(text, /position 100, as of 2016-12-31/);
  assert.ok(!/style=|<script|class=/.test(text), "it needs no style and runs nothing");
  const again = await fetch(picture.url, { headers: { "if-none-match": picture.headers.get("etag") } });
  assert.equal(again.status, 304);
});

// Without scripts every fact is there, and links and forms lead to every other vantage.
await browse({ javaScriptEnabled: false }, async (page) => {
  for (const query of VANTAGES) {
    await page.goto(sco + query);
    await equals(page, query);
  }
  await page.goto(sco);
  assert.equal(await page.locator("#as_of-slider").isVisible(), false, "what needs scripts is not shown");
  await page.locator("form.vantage input[name=as_of]").fill(SIX);
  await page.locator("form.vantage button").click();
  await equals(page, `?as_of=${SIX}`);
  await page.locator("[data-way=as_of] a[rel=next]").click();
  const behind = new URL(page.url()).searchParams.get("as_of");
  assert.ok(behind > SIX, behind);
  await equals(page, `?as_of=${behind}`);
  await page.locator("[data-way=as_of] a[rel=prev]").click();
  const before = new URL(page.url()).searchParams.get("as_of");
  assert.ok(before < SIX, before);
  await equals(page, `?as_of=${before}`);
});

// In light and dark, narrow and on paper.
await browse({ bypassCSP: true }, async (page) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${sco}?as_of=${SIX}`);
    await accessible(page);
    await fits(page);
    await shoot(page, `organisation-${colorScheme}`);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.locator("details.sources summary").click();
    await accessible(page);
    await fits(page);
    if (colorScheme === "light") await shoot(page, "organisation-320");
  }
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: 1000, height: 1400 });
  await page.goto(`${sco}?as_of=${SIX}`);
  for (const control of [".moving", "form.vantage", "header.top"]) assert.equal(await page.locator(control).isVisible(), false, `${control} is not printed`);
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.equal(paper, "rgb(255, 255, 255)");
  await equals(page, `?as_of=${SIX}`);
  await fits(page);
  await shoot(page, "organisation-print");
});
