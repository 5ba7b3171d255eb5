// One telemetry token announces large messages and lets them trickle. Another user's telemetry must be taken meanwhile.
import { connect } from "node:net";
import { addUser, ask, attack, issueTelemetryToken } from "./lib.mjs";

await attack("otlp-memory", async ({ start }) => {
  const receiver = await start();
  const tokens = {};
  for (const email of ["alice@example.org", "bob@example.org"]) {
    await addUser(receiver, email);
    tokens[email] = await issueTelemetryToken(receiver, email);
  }

  const sockets = [];
  const trickle = [];
  const { hostname, port } = new URL(receiver.address);
  for (let n = 0; n < 60; n++) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    const length = Math.max(64, 4096 >> (n >> 3)) * 1024;
    socket.write(`POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens["alice@example.org"]}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`);
    trickle.push(setInterval(() => socket.write(" ".repeat(270)), 1000));
    sockets.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));

  let refused = 0;
  for (let n = 0; n < 40; n++) {
    const answer = await ask(receiver.address, "/v1/logs", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens["bob@example.org"]}` }, body: "{}" + " ".repeat(200_000) });
    refused += answer.status === 200 ? 0 : 1;
  }
  trickle.forEach(clearInterval);
  sockets.forEach((socket) => socket.destroy());
  return refused === 0 ? undefined : `${refused} of 40 messages of another user are refused`;
});
