// A desk with a token records, corrects and retracts; what is shown before it is sent is what is stored; every fault is told
// at its field.
import assert from "node:assert/strict";
import { accessible, browse, fits, shoot, url } from "./browser.mjs";

const token = process.env.CHRONICLE_TOKEN;
const kinds = ["founding", "admission", "standing", "step", "suspension", "reinstatement", "withdrawal", "reclassification", "meeting", "arrival", "departure", "attendance", "signing", "statement", "tally", "naming", "succession", "retraction"];

const field = (page, name) => page.locator(`#data-${name}`);
const check = (page) => page.getByRole("button", { name: "Check" }).click();
const shown = async (page) => {
  await page.locator(".checked").waitFor();
  return JSON.parse(await page.locator(".checked code").textContent());
};
/// Sends what is shown, and says where it stands.
async function send(page) {
  await page.getByRole("button", { name: "Send it" }).click();
  const done = page.locator(".done a");
  await done.waitFor();
  return (await done.getAttribute("href")).split("/").at(-1);
}

await browse({ bypassCSP: true }, async (page, browser, odd) => {
  browser.setDefaultTimeout(15000);
  // With the cookie of the browser.
  const read = async (path) => {
    const answer = await browser.request.get(path.startsWith("/") ? url + path : `${url}/v1/events/${path}`);
    assert.equal(answer.status(), 200, await answer.text());
    return answer.json();
  };
  // A refusal of the service is no fault of the page.
  const refusals = () => { for (let n = odd.length - 1; n >= 0; n -= 1) if (/status of (401|403|409|422)/.test(odd[n])) odd.splice(n, 1); };
  await page.goto(`${url}/record`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".kinds").waitFor();
  refusals();
  for (const kind of kinds) assert.equal(await page.locator(`main a[href="/record/${kind}"]`).count(), 1, kind);
  await accessible(page);
  await shoot(page, "record-kinds-light");

  // Without the token, and with faults: each is told.
  await page.goto(`${url}/record/attendance?meeting=sco-plus-astana-2024`);
  assert.equal(await field(page, "meeting").inputValue(), "sco-plus-astana-2024");
  await check(page);
  await page.locator(".trouble", { hasText: "show a token" }).waitFor();
  refusals();
  await page.locator("#token").fill(token);
  await field(page, "party").fill("india");
  await field(page, "party").fill("India!");
  await check(page);
  await page.locator(".outcome li").first().waitFor();
  refusals();
  const faults = await page.locator(".outcome li").allTextContents();
  for (const name of ["source", "data.occurred", "data.party", "data.attribution"]) assert.ok(faults.some((one) => one.startsWith(name)), `${name}: ${faults}`);
  assert.equal(await field(page, "party").getAttribute("aria-invalid"), "true");
  assert.match(await page.locator(`#${(await field(page, "party").getAttribute("aria-describedby")).split(" ").at(-1)}`).textContent(), /found "India!", allowed is/);
  await page.locator(".outcome button", { hasText: "data.occurred" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "data-occurred");
  await accessible(page);
  await shoot(page, "record-faults-light");

  // Filled in, with suggestions: shown, and then sent, byte for byte what is stored.
  assert.ok(await page.locator('#parties option[value="IND"]').count());
  assert.ok(await page.locator('#meetings option[value="sco-plus-astana-2024"]').count());
  const markup = '<img src=x onerror=alert(1)>"\'&';
  await field(page, "occurred").fill("2024-07-04");
  await field(page, "party").fill("IND");
  await field(page, "person-name").fill("S. Jaishankar");
  await field(page, "person-office").fill(markup);
  await field(page, "level").selectOption("FM");
  await field(page, "in_lieu_of-name").fill("Narendra Modi");
  const chain = page.locator('[data-list="attribution"]');
  await chain.locator('[data-field="name"]').first().fill("Test desk");
  await chain.getByRole("button", { name: "Add to Attribution" }).click();
  await chain.locator('[data-field="name"]').nth(1).fill("A news report");
  await chain.locator('[data-field="url"]').nth(1).fill("https://report.example/1");
  await page.locator("#attribute-source").fill("/desks/test");
  await check(page);
  const first = await shown(page);
  assert.deepEqual(first.data.attribution, [{ name: "Test desk" }, { name: "A news report", url: "https://report.example/1" }]);
  assert.deepEqual(first.data.person, { name: "S. Jaishankar", office: markup });
  assert.equal(await page.locator("main img").count(), 0);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await accessible(page);
    await shoot(page, `record-${scheme}`);
  }
  // Whoever changes something checks again.
  await field(page, "note").evaluate((one) => one.closest("details").setAttribute("open", ""));
  await field(page, "note").fill("Seen by the desk.");
  assert.equal(await page.locator(".checked").isVisible(), false);
  await check(page);
  const noted = await shown(page);
  const id = await send(page);
  assert.deepEqual(await read(id), noted);
  assert.equal(noted.data.note, "Seen by the desk.");
  assert.equal(await page.locator("#nothing-stored").isVisible(), false, "something is stored now");
  // The same again is warned of, until something is another.
  await check(page);
  await page.locator(".trouble", { hasText: "on record already" }).waitFor();
  // What turns the direction of writing is seen in what is sent, and in what is stored.
  await field(page, "note").evaluate((one) => one.closest("details").setAttribute("open", ""));
  await field(page, "note").fill("Seen \u202eby\u2069 nobody.");
  assert.equal(await page.locator(".trouble").count(), 0);
  await check(page);
  assert.equal((await shown(page)).data.note, "Seen \u202eby\u2069 nobody.");
  assert.ok((await page.locator(".checked code").textContent()).includes("Seen \\u202eby\\u2069 nobody."));

  // Corrected: everything else stays as it was said, the desk comes first.
  await page.goto(`${url}/record/correct/${id}`);
  assert.equal(await field(page, "person-office").inputValue(), markup);
  await field(page, "level").selectOption("M");
  await page.locator('[data-list="attribution"] [data-field="name"]').first().fill("Correcting desk");
  await page.locator("#attribute-source").fill("/desks/test");
  assert.equal(await page.locator("#token").inputValue(), token, "kept for this tab");
  await check(page);
  const corrected = await shown(page);
  assert.equal(corrected.corrects, id);
  assert.deepEqual(corrected.data, { ...noted.data, level: "M", attribution: [{ name: "Correcting desk" }, ...noted.data.attribution] });
  const second = await send(page);
  assert.deepEqual(await read(second), corrected);

  // Taken back, by keyboard alone.
  await page.goto(`${url}/record/retract/${second}`);
  assert.equal(await field(page, "retracts").inputValue(), second);
  await page.locator('[data-list="attribution"] [data-field="name"]').first().focus();
  await page.keyboard.type("Correcting desk");
  await field(page, "reason").focus();
  await page.keyboard.type("It was another meeting.");
  await page.locator("#attribute-source").focus();
  await page.keyboard.type("/desks/test");
  await page.keyboard.press("Enter");
  const retraction = await shown(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "checked-title");
  assert.deepEqual(retraction.data.attribution.map((one) => one.name), ["Correcting desk", "Test desk", "A news report"]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".done a").waitFor();
  const third = (await page.locator(".done a").getAttribute("href")).split("/").at(-1);
  assert.deepEqual(await read(third), retraction);
  const { delegations } = await read("/v1/meetings/sco-plus-astana-2024/attendance?as_of=2024-07-04");
  assert.ok(delegations.find((one) => one.party === "IND").level === "FM", "neither of both counts any more");

  // Nothing of the token is in an address, or where another tab finds it.
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage) + document.cookie + location.href).then((text) => text.includes(token)), false);

  // Each kind has its form.
  for (const kind of kinds) {
    await page.goto(`${url}/record/${kind}`);
    assert.ok(await field(page, "occurred").count(), kind);
  }
  await page.goto(`${url}/record/meeting`);
  await page.locator('[data-list="participants"]').getByRole("button", { name: "Add to Participants" }).click();
  await accessible(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await accessible(page);
  await shoot(page, "record-320");
});

// Without scripts the way is told that does without them.
await browse({ javaScriptEnabled: false }, async (page, _, odd) => {
  await page.goto(url);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('main a[href^="/organisations/"]').first().waitFor();
  assert.deepEqual(odd.splice(0).filter((one) => !one.includes("status of 401")), []);
  await page.goto(`${url}/record/admission`);
  assert.equal(await page.getByRole("button", { name: "Check" }).isVisible(), false);
  assert.match(await page.locator("main").textContent(), /chronicle record admission --occurred … --attribution … .*--organisation …/);
});
