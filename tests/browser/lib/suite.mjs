// One seeded receiver and one browser for a test file.
import { after, before } from "node:test";
import { openBrowser } from "./browser.mjs";
import { startReceiver } from "./receiver.mjs";
import { seed } from "./seed.mjs";

export function suite(settings = {}) {
  const world = {};
  before(async () => {
    world.receiver = await startReceiver(settings);
    world.tokens = await seed(world.receiver);
    world.browser = await openBrowser();
  });
  after(async () => {
    await world.browser?.close();
    await world.receiver?.stop();
  });
  return world;
}

/** The digits of a figure as its title shows it: "61 380" is 61380. */
export const digits = (text) => Number((text ?? "").replace(/[^\d.−-]/g, "").replace("−", "-"));
