// A party and a person: where they belong through time, and what they did.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

/// The cells of a table's rows.
const cells = (page, table) => page.evaluate((table) => [...document.querySelectorAll(`${table} tbody tr`)].map((row) => ({
  text: row.textContent, organisation: row.dataset.organisation, events: [...row.querySelectorAll("a.event")].map((one) => one.getAttribute("href").split("?")[0].split("/").pop()),
})), table);

await browse({ bypassCSP: true }, async (page, _, odd) => {
  for (const party of ["IND", "KAZ", "IRN", "un"]) {
    for (const vantage of ["", "as_of=2016-12-31", "at_position=40&as_of=2024-07-04", "according_to=press"]) {
      if (party === "un" && vantage.startsWith("at_position")) continue; // Nobody had named it.
      await page.goto(`${url}/parties/${party}?${vantage}`);
      const told = await ask(`/v1/parties/${party}?${vantage}`);
      const spells = told.memberships.flatMap((one) => one.spells.map((spell) => ({ ...spell, organisation: one.organisation })));
      const shown = await cells(page, "table.spells");
      assert.equal(shown.length, spells.length, `${party} ${vantage}`);
      spells.forEach((spell, n) => {
        assert.equal(shown[n].organisation, spell.organisation);
        for (const part of [spell.since.edtf, spell.answer, spell.status.replaceAll("_", " ")]) assert.ok(shown[n].text.includes(part), `${shown[n].text} without ${part}`);
      });
      const stops = await cells(page, "table.itinerary");
      assert.deepEqual(stops.map((stop) => stop.events[0]), told.itinerary.map((stop) => stop.event), `${party} ${vantage}`);
      told.itinerary.forEach((stop, n) => {
        for (const part of [stop.occurred, stop.level ?? "", stop.person_name ?? "", stop.authority]) assert.ok(stops[n].text.includes(part), `${stops[n].text} without ${part}`);
      });
    }
  }
  const { people } = await ask("/v1/people?limit=1000");
  for (const { person } of people.slice(0, 12)) {
    await page.goto(`${url}/people/${person}`);
    const told = await ask(`/v1/people/${person}`);
    const stops = await cells(page, "table.itinerary");
    assert.deepEqual(stops.map((stop) => stop.events[0]), told.itinerary.map((stop) => stop.event), person);
    const main = await page.locator("main").textContent();
    for (const part of [...told.names, ...told.offices]) assert.ok(main.includes(part), `${person} without ${part}`);
  }
  // A name leads to the page of what bears it, from the same vantage.
  for (const [named, there] of [["organisations/Shanghai%20Cooperation%20Organisation", "organisations/sco"], ["parties/india", "parties/IND"], ["people/Xi%20Jinping", "people/xi-jinping"]]) {
    await page.goto(`${url}/${named}?as_of=2024-07-04`);
    assert.equal(page.url(), `${url}/${there}?as_of=2024-07-04`);
  }
  // From the first page to everybody, and from there to one.
  await page.goto(url);
  await page.getByRole("link", { name: "all people" }).click();
  const listed = await page.locator("[data-listed]").count();
  assert.equal(listed, Math.min(people.length, 200));
  await page.getByRole("link", { name: "Xi Jinping", exact: true }).click();
  assert.equal(new URL(page.url()).pathname, "/people/xi-jinping");
  await page.goto(`${url}/people/subrahmanyam-jaishankar`);
  await accessible(page);
  await shoot(page, "person-light");
  await page.goto(`${url}/parties/IND`);
  await accessible(page);
  await shoot(page, "party-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page);
  await shoot(page, "party-dark");
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  for (const asked of ["find?q=", "?as_of=", "?according_to=", "organisations/"]) {
    await page.goto(`${url}/${asked}${"x".repeat(300)}`);
    await fits(page);
  }
  odd.splice(0, odd.length, ...odd.filter((one) => !/status of 40[04]/.test(one)));
  await page.goto(`${url}/parties/IND`);
  await shoot(page, "party-320");
});
