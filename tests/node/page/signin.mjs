// Where reading needs a token, a browser signs in, reads, hears what is new, and is out when it signs out or the token is
// revoked.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { accessible, browse, fits, shoot, url } from "./browser.mjs";

const token = process.env.CHRONICLE_TOKEN;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function have(what) {
  console.log(what);
  const { value } = await lines.next();
  assert.equal(value, `${what}: done`);
}

await browse({ bypassCSP: true }, async (page, browser, odd) => {
  browser.setDefaultTimeout(15000);
  const refusals = () => { for (let n = odd.length - 1; n >= 0; n -= 1) if (/status of 401|ERR_/.test(odd[n])) odd.splice(n, 1); };
  await page.goto(`${url}/live?kind=admission`);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Sign in");
  assert.equal(await page.locator("#feed").count(), 0);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await accessible(page);
    await shoot(page, `signin-${scheme}`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByLabel("Token").fill(`${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".trouble", { hasText: "there is no such token" }).waitFor();
  assert.deepEqual(await browser.cookies(), []);
  refusals();

  // By keyboard; one comes to where one wanted to go, and what is new comes by itself.
  await page.getByLabel("Token").focus();
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await page.locator('.live-state[data-state="live"]').waitFor();
  assert.equal(page.url(), `${url}/live?kind=admission`);
  const [cookie] = await browser.cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path, cookie.expires], [true, "Strict", "/", -1]);
  assert.equal(await page.evaluate(() => document.cookie), "");
  const before = await page.locator("#feed > li").count();
  await have("recorded");
  await page.waitForFunction((before) => document.querySelectorAll("#feed > li").length > before, before);

  // It reads only.
  const status = await page.evaluate(() => fetch("/v1/events", { method: "POST", headers: { "content-type": "application/cloudevents+json" }, body: "{}" }).then((answer) => answer.status));
  assert.equal(status, 401);
  refusals();

  // A link from elsewhere leads in as well: the page asks again, and then the cookie is shown.
  await page.goto(`data:text/html,<a href="${url}/live">there</a>`);
  await page.getByRole("link").click();
  await page.locator('.live-state[data-state="live"]').waitFor();
  refusals();

  await page.goto(`${url}/sign-in`);
  assert.match(await page.locator("main").textContent(), /You are signed in, with a token for the role reader/);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  assert.deepEqual(await browser.cookies(), []);
  await page.goto(url);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Sign in");
  refusals();

  // In again, until the token is revoked.
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('main a[href^="/organisations/"]').first().waitFor();
  await have("revoked");
  // Within a second or so.
  const judged = () => page.evaluate(() => fetch("/v1/organisations").then((answer) => answer.status));
  for (const end = Date.now() + 15000; (await judged()) !== 401;) assert.ok(Date.now() < end, "a revoked token still reads");
  await page.goto(`${url}/live`);
  assert.match(await page.locator(".trouble").textContent(), /Not signed in: the token was revoked at/);
  refusals();
});
process.stdin.destroy();
