// What changed between two moments of knowledge, as a list that a desk can publish.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

await browse({ bypassCSP: true }, async (page) => {
  await page.goto(`${url}/organisations/sco/changes`);
  await page.locator('input[name="from"]').fill("73");
  await page.locator('form.moments button').click();
  for (const [from, to] of [["73", ""], ["0", "40"], ["2024-08-01", "2026-06-01"], ["283", "284"]]) {
    await page.goto(`${url}/organisations/sco/changes?from=${from}&to=${to}`);
    const tail = (await ask("/v1/organisations/sco/members")).token.position;
    const told = await ask(`/v1/organisations/sco/diff?from=${from}&to=${to || tail}`);
    const shown = await page.evaluate(() => [...document.querySelectorAll("ol.errata > li")].map((row) => ({
      party: row.dataset.party, text: row.textContent, sentence: row.querySelector("p").textContent,
      causes: [...row.querySelectorAll("a.event")].map((one) => one.getAttribute("href").split("?")[0].split("/").pop()),
    })));
    // The page lists by the names shown, the answer by codes.
    const byParty = (one, other) => (one.party < other.party ? -1 : Number(one.party > other.party));
    shown.sort(byParty);
    told.changes.sort(byParty);
    assert.deepEqual(shown.map((row) => row.party), told.changes.map((change) => change.party), `${from} ${to}`);
    told.changes.forEach((change, n) => {
      assert.deepEqual(shown[n].causes, change.causes);
      for (const spell of [...change.before, ...change.after]) assert.ok(shown[n].text.includes(spell.since.edtf), `${shown[n].text} without ${spell.since.edtf}`);
    });
    if (told.changes.length) {
      const text = await page.locator("#errata").textContent();
      for (const row of shown) assert.ok(text.includes(row.sentence), "each sentence stands in what is to be published");
    }
  }
  // Iran's admission is corrected by the record.
  await page.goto(`${url}/organisations/sco/changes?from=283`);
  const iran = await page.locator('li[data-party="IRN"] > p').textContent();
  assert.match(iran, /^Iran.*: .*member since 4 July 2023, not 2021.*Source: SCO Secretariat/);
  await accessible(page);
  await shoot(page, "changes-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${url}/organisations/sco/changes?from=73`);
  await accessible(page);
  await shoot(page, "changes-dark");
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await shoot(page, "changes-320");
});
