// The first page: organisations with their counts now, meetings, what changed last, what wants an editor.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

/// The counts that the page tells.
const counts = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("table.organisations tbody tr")].map((row) =>
  [row.dataset.organisation, Object.fromEntries([...row.querySelectorAll("[data-status]")].map((one) =>
    [one.dataset.status, { yes: Number(one.dataset.yes), possibly: Number(one.dataset.possibly) }]))])));

/// What is odd, by kind.
const remarked = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-kind]")].map((card) => [card.dataset.kind, Number(card.dataset.count)])));

const byKind = (remarks) => remarks.reduce((kinds, { kind }) => ({ ...kinds, [kind]: (kinds[kind] ?? 0) + 1 }), {});

await browse({ bypassCSP: true }, async (page, browser, odd) => {
  for (const vantage of ["", "as_of=2016-12-31", "at_position=40&as_of=2024-07-04", "according_to=press", "known_at=2024-08-01"]) {
    await page.goto(`${url}/?${vantage}`);
    const { organisations } = await ask(`/v1/organisations?limit=1000&${vantage}`);
    const told = Object.fromEntries(organisations.map((row) => [row.organisation, row.counts]));
    assert.deepEqual(await counts(page), told, vantage);
    const { remarks } = await ask(`/v1/remarks?${vantage}`);
    assert.deepEqual(await remarked(page), byKind(remarks), vantage);
  }
  await page.goto(url);
  for (const { organisation } of (await ask("/v1/organisations?limit=1000")).organisations) {
    assert.ok(await page.locator(`main a[href="/organisations/${organisation}"]`).count(), `no way to ${organisation}`);
  }
  // The last events, the last of all first.
  const { events } = await ask("/v1/events?limit=1000");
  const last = (await page.locator(".last > li a.event").first().getAttribute("href")).split("/").pop();
  assert.equal(last, events.at(-1).id);

  // What one looks for is found by any name, and the box stands on every page.
  await page.locator('header input[name="q"]').fill("jaishankar");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/find\?q=jaishankar/);
  const { hits } = await ask("/v1/find?q=jaishankar");
  assert.deepEqual(await page.locator("[data-found]").evaluateAll((found) => found.map((one) => one.dataset.found)), hits.map((hit) => Object.values(hit.of)[0]));
  await accessible(page);
  await shoot(page, "find-light");

  // To cite: a line, the token, and an address that says the same for ever.
  await page.goto(`${url}/organisations/sco?as_of=2017`);
  await page.locator(".cite summary").click();
  const token = JSON.parse(await page.locator("#token").textContent());
  const { token: own } = await ask("/v1/organisations/sco/members?as_of=2017");
  assert.deepEqual(token, own);
  const citation = await page.locator("#citation").textContent();
  for (const part of ["Summit Chronicle", "as of 2017", `position ${own.position}`, url]) assert.ok(citation.includes(part), `${citation} without ${part}`);
  await page.locator("#permanent").click();
  assert.deepEqual(new URL(page.url()).searchParams.get("at_position"), String(own.position));

  // What is not there is told on a page, with ways to what is near. That it is not there is no error of the page's.
  const response = await page.goto(`${url}/organisations/scco`);
  assert.equal(response.status(), 404);
  assert.ok(await page.locator('main a[href="/organisations/sco"]').count());
  await accessible(page);
  odd.splice(0, odd.length, ...odd.filter((one) => !one.includes("404")));

  await page.goto(url);
  await accessible(page);
  await shoot(page, "home-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page);
  await shoot(page, "home-dark");
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await accessible(page);
  await shoot(page, "home-320");
});

await browse({ javaScriptEnabled: false }, async (page) => {
  await page.goto(`${url}/?filter=sco`);
  const rows = await page.locator("table.organisations tbody tr").count();
  assert.ok(rows >= 1);
  assert.deepEqual(await page.locator("button[data-copy]:visible").count(), 0, "what needs scripts is not offered without");
});
