// One user's machine reports full limits of many accounts, batch after batch; the alert of an account that the receiver polls must not wait behind them.
import { createServer } from "node:http";
import { attack, asAdmin, ask, newUser, until } from "./lib.mjs";

const alertsOfOneUser = 60; // far more than anyone can read within the hour

const listen = (handler) =>
  new Promise((resolve) => {
    const server = createServer(handler).listen(0, "127.0.0.1", () => resolve({ address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }));
  });

await attack("alert-flood", async ({ start }) => {
  const sent = [];
  const hook = await listen((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      sent.push(JSON.parse(body).text);
      response.end("{}");
    });
  });
  try {
    const receiver = await start({
      ALERT_WEBHOOK_URL: `${hook.address}/hook`,
      ALERT_SLACK_URL: `${hook.address}/slack`,
      ALLOW_PRIVATE_WEBHOOKS: "1",
      ALERT_THRESHOLDS: "50,60,70,80,90",
    });
    const { machine } = await newUser(receiver, "mallory@example.org");
    const at = Date.now() - 60_000;
    for (let account = 0; account < 20; account++) {
      for (const [step, used] of [55, 20, 95, 20, 95].entries()) {
        await machine.readings(
          Array.from({ length: 32 }, (_, window) => ({
            account: `account-${account}`,
            window: `window_${window}`,
            used_percentage: used,
            observed_at: new Date(at + step * 1000).toISOString(),
          })),
        );
      }
    }

    // A test alert stands for any alert of the operator's own: with the flood ahead of it, it must be sent in the next round.
    const before = sent.length;
    await ask(receiver.address, "/api/v1/quota/alerts/test", { method: "POST", headers: asAdmin });
    const came = await until(() => sent.slice(before).some((text) => text.includes("test alert")), "the test alert came", 40_000).then(
      () => true,
      () => false,
    );
    const listed = JSON.parse((await ask(receiver.address, "/api/v1/quota/alerts", { headers: asAdmin })).body);
    const rows = Array.isArray(listed) ? listed : (listed.alerts ?? []);
    const flood = rows.filter((row) => JSON.stringify(row).includes("window_")).length;
    if (!came) {
      return `after ${flood} alerts of one user's reports an alert of the operator's own was not sent within 40 s`;
    }
    return flood > alertsOfOneUser ? `one user's reports made ${flood} alerts or more` : undefined;
  } finally {
    hook.close();
  }
});
