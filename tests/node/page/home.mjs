// The first page leads to every organisation.
import assert from "node:assert/strict";
import { accessible, ask, browse, fits, shoot, url } from "./browser.mjs";

await browse({ bypassCSP: true }, async (page) => {
  await page.goto(url);
  const { organisations } = await ask("/v1/organisations?limit=1000");
  for (const { organisation } of organisations) {
    assert.ok(await page.locator(`main a[href="/organisations/${organisation}"]`).count(), `no way to ${organisation}`);
  }
  await accessible(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await fits(page);
  await shoot(page, "home-320");
});
