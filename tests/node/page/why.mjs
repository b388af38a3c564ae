// Any cell leads to its evidence: why a party holds a status, why a delegation's row says so, and the events themselves.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

/// What the page tells of each claim, spell by spell.
const told = (page) => page.evaluate(() => [...document.querySelectorAll("section.spell")].map((spell) => ({
  heading: spell.querySelector("h2").textContent,
  rule: spell.querySelector(".rule").textContent,
  claims: [...spell.querySelectorAll("table.claims tbody tr")].map((row) => ({
    role: row.querySelector("th").textContent.trim().replace(/^\S\s*/, ""),
    text: row.textContent,
    event: row.querySelector("a.event").getAttribute("href").split("?")[0].split("/").pop(),
  })),
})));

await browse({ bypassCSP: true }, async (page, browser) => {
  const vantages = ["", "as_of=2016-12-31", "as_of=2010&according_to=press", "at_position=40&as_of=2024-07-04", "known_at=2024-08-01"];
  for (const party of ["IND", "IRN", "BLR", "TUR"]) {
    for (const vantage of vantages) {
      await page.goto(`${url}/organisations/sco/why/${party}?${vantage}`);
      const why = await ask(`/v1/explain?organisation=sco&party=${party}&${vantage}`);
      const shown = await told(page);
      assert.equal(shown.length, why.spells.length, `${party} ${vantage}`);
      why.spells.forEach((spell, n) => {
        assert.ok(shown[n].heading.includes(spell.since.edtf), `${shown[n].heading} without ${spell.since.edtf}`);
        assert.ok(shown[n].rule.includes(spell.rule));
        assert.deepEqual(shown[n].claims.map((claim) => claim.event), spell.claims.map((claim) => claim.event));
        spell.claims.forEach((claim, m) => {
          const said = shown[n].claims[m].text;
          for (const part of [claim.role, claim.occurred, claim.authority, `position ${claim.position}`, ...claim.attribution.map((source) => source.name)]) {
            assert.ok(said.includes(part), `${said} without ${part}`);
          }
        });
      });
    }
  }

  // From a claim to its event, and from there to what it is about, always from the same vantage.
  await page.goto(`${url}/organisations/sco/why/IND?as_of=2018`);
  const first = page.locator("table.claims a.event").first();
  const id = (await first.getAttribute("href")).split("?")[0].split("/").pop();
  await first.click();
  assert.equal(new URL(page.url()).searchParams.get("as_of"), "2018");
  const document = await ask(`/v1/events/${id}`);
  assert.deepEqual(JSON.parse(await page.locator("pre.document").textContent()), document, "the document as it was written");
  for (const source of document.data.attribution) assert.ok((await page.locator("main").textContent()).includes(source.name));
  for (const way of ["correct", "retract"]) assert.ok(await page.locator(`a[href^="/record/${way}/${id}"]`).count());
  await accessible(page);
  await shoot(page, "event-light");

  // A delegation: its values are those of the row.
  const meeting = "sco-plus-astana-2024";
  const { delegations } = await ask(`/v1/meetings/${meeting}/attendance`);
  for (const row of delegations) {
    await page.goto(`${url}/meetings/${meeting}/why/${row.party}`);
    const text = await page.locator("main").textContent();
    assert.ok(text.includes(`Presence: ${row.presence}`) || row.presence === "not_stated", `${row.party}: ${text}`);
    if (row.level) assert.ok(text.includes(`Level: ${row.level}`), `${row.party} at ${row.level}`);
    if (row.person) assert.ok(text.includes(row.person.name));
    const linked = await page.locator("main a.event").evaluateAll((links) => links.map((link) => link.getAttribute("href").split("/").pop()));
    for (const event of row.evidence) assert.ok(linked.includes(event), `${row.party} without ${event}`);
  }
  await page.goto(`${url}/meetings/${meeting}/why/IND`);
  await accessible(page);
  await shoot(page, "why-meeting-light");

  await page.goto(`${url}/organisations/sco/why/IRN`);
  await accessible(page);
  await shoot(page, "why-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page);
  await shoot(page, "why-dark");
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await accessible(page);
  await shoot(page, "why-320");
});

// Without scripts it tells the same.
await browse({ javaScriptEnabled: false }, async (page) => {
  await page.goto(`${url}/organisations/sco/why/IRN?as_of=2024-07-04`);
  const why = await ask("/v1/explain?organisation=sco&party=IRN&as_of=2024-07-04");
  assert.equal(await page.locator("section.spell").count(), why.spells.length);
});
