// A meeting: programme, attendance by parts, who did not come, documents, what was said; a sheet of paper, a picture.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

const summit = "sco-astana-2024";
const plus = "sco-plus-astana-2024";

/// Publishes an event made up here; the service is open.
let made = 0;
async function say(kind, data) {
  const id = `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;
  const event = { specversion: "1.0", id, source: "/desks/delhi", type: `chronicle.${kind}.v1`, recordedtime: "2025-01-01T00:00:00Z" };
  event.data = { occurred: "2023-07-04", attribution: [{ name: "The desk" }], authority: "press", ...data };
  const sent = await fetch(`${url}/v1/events`, { method: "POST", headers: { "content-type": "application/cloudevents+json" }, body: JSON.stringify(event) });
  assert.ok(sent.ok, `${kind}: ${sent.status} ${await sent.clone().text()}`);
  return sent.json();
}

/// Every cell of the matrix of a page: party, meeting, presence, level, text.
const cells = (page) => page.$$eval(".attendance tr[data-party] td[data-meeting]", (found) => found.map((cell) => ({
  party: cell.parentElement.dataset.party, meeting: cell.dataset.meeting, presence: cell.dataset.presence,
  level: cell.dataset.level ?? null, why: cell.querySelector("a.presence")?.getAttribute("href") ?? null, text: cell.innerText.replace(/\s+/g, " "),
})));

const texts = (page, selector) => page.$$eval(selector, (found) => found.map((one) => one.innerText.replace(/\s+/g, " ").trim()));

/// The page of a meeting tells what the interface for programs tells from the same vantage.
async function equal(page, meeting, vantage) {
  await page.goto(`${url}/meetings/${meeting}${vantage}`);
  const told = await ask(`/v1/meetings/${meeting}${vantage}`);
  const attended = await ask(`/v1/meetings/${meeting}/attendance${vantage}`);
  const info = told.meeting_info;
  assert.equal(await page.locator("h1").innerText(), info.title ?? meeting);
  for (const [fact, value] of [["form", info.form], ["phase", info.phase], ["held", info.held?.edtf], ["place", info.place]]) {
    const shown = page.locator(`[data-fact="${fact}"]`);
    if (value) assert.match((await shown.innerText()).toLowerCase(), new RegExp(RegExp.escape?.(value.toLowerCase()) ?? value.toLowerCase().replace(/[/.+]/g, "\\$&")), fact);
  }
  // The programme holds every part and everything on the sidelines.
  const programme = new Set(await page.$$eval(".programme li", (items) => items.map((item) => item.dataset.meeting)));
  for (const one of [...told.parts, ...told.sidelines]) assert.ok(programme.has(one), `${one} is not in the programme`);
  // Each cell of the matrix is the row of its meeting, and each row a cell.
  const shown = await cells(page);
  const meetings = [meeting, ...told.parts];
  let said = 0;
  for (const one of meetings) {
    const { delegations, not_stated } = await ask(`/v1/meetings/${one}/attendance${vantage}`);
    for (const row of delegations) {
      const cell = shown.find((cell) => cell.party === row.party && cell.meeting === one);
      const what = `${row.party} at ${one}`;
      assert.ok(cell, `${what} is not in the matrix`);
      assert.deepEqual([cell.presence, cell.level], [row.presence, row.level], what);
      for (const name of [row.person_name, row.in_lieu_of_name, ...row.members.map((member) => member.person_name)].filter(Boolean)) {
        assert.ok(cell.text.includes(name), `${what} without ${name}: ${cell.text}`);
      }
      assert.equal(cell.text.includes("by video"), row.mode === "video" || row.members.some((member) => member.mode === "video"), `${what}: video`);
      assert.equal(cell.text.includes("contested"), row.contested, `${what}: contested`);
      assert.equal(cell.text.includes("possibly"), row.answer === "possibly", `${what}: possibly`);
      assert.equal(cell.text.includes("absent:"), row.absent_levels.length > 0, `${what}: absent levels`);
      assert.ok(cell.why.startsWith(`/meetings/${one}/why/${row.party}`), `${what} leads to ${cell.why}`);
      for (const [name, value] of new URLSearchParams(vantage)) assert.equal(new URL(cell.why, url).searchParams.get(name), value, `${what}: ${name}`);
      said += 1;
    }
    for (const party of not_stated) {
      const cell = shown.find((cell) => cell.party === party && cell.meeting === one);
      assert.equal(cell?.presence, "not_stated", `${party} at ${one}`);
      said += 1;
    }
  }
  assert.equal(shown.filter((cell) => cell.presence).length, said, "the matrix tells more than the answers");
  // Participants that are no members, members without their leader.
  const leaders = ["HS", "HG", "AHS", "AHG", "HIGHREP", "leader"];
  const came = (row) => ["present", "announced"].includes(row.presence);
  if (info.organisations.length) {
    const strangers = attended.delegations.filter((row) => came(row) && row.capacity !== "member").map((row) => row.party);
    assert.deepEqual((await page.$$eval(".strangers li", (items) => items.map((item) => item.dataset.party))).sort(), strangers.sort());
    const without = attended.delegations.filter((row) => row.capacity === "member" && !(row.presence === "present" && leaders.includes(row.level) && !row.absent_levels.some((level) => leaders.includes(level))));
    const expected = ["opened", "held", "closed"].includes(info.phase) ? [...without.map((row) => row.party), ...attended.not_stated] : [];
    assert.deepEqual(await page.$$eval(".without li", (items) => items.map((item) => item.dataset.party)), expected);
  }
  assert.deepEqual(await page.$$eval(".documents article", (found) => found.map((one) => one.dataset.instrument)), told.instruments.map((row) => row.instrument));
  assert.deepEqual(await page.$$eval(".statement", (found) => found.map((one) => one.dataset.event)), told.statements.map((row) => row.event));
  assert.deepEqual(await page.$$eval(".statement blockquote p", (found) => found.map((one) => one.textContent)), told.statements.map((row) => row.words));
  assert.equal(await page.locator(".remarks > li").count(), attended.remarks.length);
  return { told, attended };
}

/// Shows a picture in a page, and nothing else; it can be drawn.
async function drawn(page, address) {
  await page.goto(`${url}/meetings/${summit}`);
  return page.evaluate(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    document.body.replaceChildren(image);
    return [image.naturalWidth, image.naturalHeight];
  }, address);
}

const vantages = ["", "?as_of=2024-07-05", "?as_of=2024-07-03", "?as_of=2024", "?according_to=official", "?according_to=press", "?at_position=73", "?known_at=2024-07-04T18:00:00Z"];

await browse({ bypassCSP: true, colorScheme: "light" }, async (page, browser) => {
  for (const meeting of [summit, plus, "chn-rus-2024-07-03"]) {
    for (const vantage of vantages) await equal(page, meeting, vantage);
  }
  for (const meeting of ["sco-dushanbe-2021", "sco-heads-of-government-2020", "sco-shanghai-2001"]) await equal(page, meeting, "");

  // India came at the level of its foreign minister, in place of its prime minister.
  await page.goto(`${url}/meetings/${plus}`);
  const [india] = (await cells(page)).filter((cell) => cell.party === "IND");
  assert.deepEqual([india.presence, india.level], ["present", "FM"]);
  assert.match(india.text, /FM.*Subrahmanyam Jaishankar, Minister of External Affairs in place of Narendra Modi, Prime Minister.*absent: leader/);
  assert.match((await texts(page, ".without li")).join("\n"), /^India .*Subrahmanyam Jaishankar.*in place of Narendra Modi/);
  // Who said it, and through whom it came.
  await page.goto(`${url}/meetings/${summit}`);
  const said = await texts(page, ".statement figcaption");
  assert.ok(said.some((text) => /^Xi Jinping, President, for China, quoted, via CCTV, via Asia news report/.test(text)), said.join("\n"));
  assert.match((await texts(page, ".documents")).join("\n"), /Astana Declaration.*adopted 4 July 2024 2024-07-04 by whom is not stated/);

  // The same as data, in the formats of others.
  const data = await page.$$eval("section[aria-labelledby='data'] a", (found) => found.map((link) => link.href));
  assert.ok(data.length >= 6, data.join(" "));
  for (const address of data) assert.equal((await fetch(address)).status, 200, address);

  // Sorting is a link; the rows stay the same, under headings.
  await page.click('.sorts a:has-text("capacity")');
  assert.equal(new URL(page.url()).searchParams.get("sort"), "capacity");
  assert.deepEqual(await texts(page, ".attendance .heading th"), ["Member 10", "Observer 1", "Dialogue partner 2", "International organisation 1", "Capacity not stated 3"]);
  assert.equal(await page.locator(".attendance tr[data-party]").count(), 17);
  await page.click('.sorts a:has-text("level")');
  assert.match((await texts(page, ".attendance .heading th"))[0], /^Head of state 2$/);
  // The form that moves the vantage keeps the order.
  await page.fill('.vantage input[name="as_of"]', "2024-07-05");
  await page.click('.vantage button');
  assert.equal(new URL(page.url()).searchParams.get("sort"), "level");

  // From a cell to its evidence and back, with the keyboard alone.
  await page.goto(`${url}/meetings/${plus}?as_of=2024-07-05`);
  const why = page.locator('tr[data-party="IND"] a.presence');
  for (let steps = 0; !(await why.evaluate((link) => link === document.activeElement)); steps += 1) {
    assert.ok(steps < 200, "the keyboard does not reach a cell");
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/meetings/${plus}/why/IND?as_of=2024-07-05`);

  // The list of meetings.
  await page.goto(`${url}/meetings?organisation=sco`);
  const { meetings } = await ask("/v1/meetings?organisation=sco&limit=1000");
  const listed = await page.$$eval("tr[data-meeting]", (rows) => rows.map((row) => row.dataset.meeting));
  assert.deepEqual(listed.toSorted(), meetings.map((row) => row.meeting).toSorted());
  assert.ok(listed.indexOf(plus) < listed.indexOf("sco-shanghai-2001"), "the latest is not first");
  await accessible(page);

  // Everything that may be said of a delegation, at one meeting.
  await say("meeting", { meeting: "m-2023", organisation: "sco", form: "summit", title: "Summit of every mark", host: "IND", place: "New Delhi, India", venue: "Bharat Mandapam", zone: "Asia/Kolkata", mode: "hybrid", occurred: "2023-07-03/2023-07-04" });
  await say("meeting", { meeting: "m-2023-plenary", organisation: "sco", form: "plenary", title: "Plenary session", part_of: "m-2023", occurred: "2023-07-04T05:00:00Z", zone: "Asia/Kolkata" });
  await say("meeting", { meeting: "m-2023-dinner", organisation: "sco", form: "other", title: "Dinner", part_of: "m-2023", phase: "cancelled" });
  const at = (party, data) => say("attendance", { meeting: "m-2023-plenary", party, ...data });
  await at("IND", { level: "HG", person: { name: "Narendra Modi", office: "Prime Minister" } });
  await at("IND", { level: "FM", person: { name: "Subrahmanyam Jaishankar" }, mode: "video" });
  await at("CHN", { level: "HS", person: { name: "Xi Jinping", office: "President" }, mode: "video" });
  await at("RUS", { level: "HS", person: { name: "Vladimir Putin" }, mode: "video" });
  await at("RUS", { level: "HS", person: { name: "Vladimir Putin" }, mode: "in_person" });
  await at("KAZ", { presence: "absent", level: "HS" });
  await at("KAZ", { level: "FM", person: { name: "Murat Nurtleu" }, in_lieu_of: { name: "Kassym-Jomart Tokayev" } });
  await at("KGZ", {});
  await at("TJK", { presence: "announced", level: "HS" });
  await at("UZB", { presence: "absent" });
  await at("IRN", { occurred: "2023", capacity: "member", level: "HS" });
  await say("attendance", { meeting: "m-2023", group: "experts of the member states" });
  const last = await say("signing", { meeting: "m-2023", organisation: "sco", instrument: "delhi-declaration", title: "New Delhi Declaration", signatories: [{ party: "IND", person: { name: "Narendra Modi" } }], signatories_complete: true });
  const { position } = Array.isArray(last) ? last[0] : last;
  await page.goto(`${url}/meetings/m-2023?min_position=${position}`);
  await equal(page, "m-2023", "");
  await equal(page, "m-2023", "?as_of=2023-07-04");
  assert.match(await page.locator(".programme").innerText(), /4 July 2023, 10:30, Asia\/Kolkata/);
  assert.match((await texts(page, ".attendance tbody")).join("\n"), /experts of the member states/);
  assert.match((await texts(page, ".documents")).join("\n"), /by India through Narendra Modi \(these are all\)/);

  // Markup in every text stays text, in the page and in the picture.
  const nasty = `"'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&amp;<b>\u202e\uffff`;
  const somebody = { name: nasty, id: "nasty", office: nasty };
  const sources = [{ name: nasty, url: "javascript:alert(1)" }];
  await say("meeting", { meeting: "nasty", organisation: "sco", form: "summit", title: nasty, theme: nasty, venue: nasty, place: nasty, attribution: sources });
  await say("attendance", { meeting: "nasty", party: "KAZ", person: somebody, level: "FM", in_lieu_of: somebody, attribution: sources });
  await say("attendance", { meeting: "nasty", group: nasty, attribution: sources });
  await say("signing", { meeting: "nasty", instrument: "nasty", title: nasty, signatories: [{ person: somebody }], attribution: sources });
  await say("statement", { meeting: "nasty", speaker: somebody, words: nasty, mode: "quoted", attribution: sources });
  for (const address of ["/meetings/nasty", "/meetings/nasty/sheet"]) {
    await page.goto(url + address);
    assert.equal(await page.locator("main img, main script, main a[href^='javascript']").count(), 0, address);
    assert.ok((await page.locator("main").textContent()).includes("<script>alert(1)</script>"), address);
    await fits(page);
  }
  await drawn(page, "/meetings/nasty/attendance.svg");

  // Light, dark, narrow: everybody can use it.
  for (const [meeting, name] of [[summit, "meeting"], ["m-2023", "meeting-marks"]]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${url}/meetings/${meeting}?as_of=2024-07-05`);
      await accessible(page);
      await fits(page);
      await shoot(page, `${name}-${colorScheme}`);
      await page.setViewportSize({ width: 320, height: 640 });
      await accessible(page);
      await fits(page);
      if (colorScheme === "light") await shoot(page, `${name}-320`);
    }
  }

  // The sheet is one page of paper.
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const meeting of [plus, summit, "m-2023"]) {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${url}/meetings/${meeting}/sheet?as_of=2024-07-05`);
    await accessible(page);
    const paper = (await page.pdf({ format: "A4" })).toString("latin1");
    assert.equal(paper.match(/\/Type\s*\/Page\b/g).length, 1, `the sheet of ${meeting} is no one page`);
    await page.emulateMedia({ media: "print", colorScheme: "light" });
    await page.setViewportSize({ width: 688, height: 1017 });
    await fits(page);
    assert.equal(await page.locator(".vantage").isVisible(), false, "a form is printed");
    if (meeting === summit) await shoot(page, "meeting-print");
    await page.emulateMedia({ media: null });
  }

  // The picture stands alone, and says from where it looks.
  const address = `/meetings/${summit}/attendance.svg?as_of=2024-07-05`;
  const sent = await fetch(url + address);
  const picture = await sent.text();
  assert.match(sent.headers.get("content-type"), /^image\/svg\+xml/);
  assert.match(sent.headers.get("content-security-policy"), /^default-src 'none'/);
  const again = await fetch(sent.url, { headers: { "if-none-match": sent.headers.get("etag") } });
  assert.equal(again.status, 304);
  assert.ok(!/\bstyle=|<style|class=|href=|<script/.test(picture), "the picture leans on something");
  assert.match(picture, /position \d+, as of 2024-07-05/);
  for (const text of ["Xi Jinping", "in place of Narendra Modi", "FM foreign minister", "dialogue partner †"]) assert.ok(picture.includes(text), text);
  await page.setViewportSize({ width: 1100, height: 760 });
  const size = await drawn(page, address);
  assert.ok(size[0] > 600 && size[1] > 400, `the picture is ${size}`);
  await shoot(page, "meeting-picture");
});

// Without scripts every fact is there.
await browse({ javaScriptEnabled: false }, async (page) => {
  await page.goto(`${url}/meetings/${plus}?as_of=2024-07-05`);
  const text = await page.locator("main").innerText();
  for (const fact of ["Subrahmanyam Jaishankar", "in place of", "Antonio Guterres", "On World Unity for Just Peace, Harmony and Development"]) {
    assert.ok(text.includes(fact), fact);
  }
  assert.equal(await page.locator(".attendance tr[data-party]").count(), 17);
  await page.fill('.vantage input[name="as_of"]', "2024-07-03");
  await page.click(".vantage button");
  assert.equal(await page.locator(".attendance tr[data-party]").count(), 0);
});
