// One telemetry token announces large messages and sends them very slowly. Another user's telemetry must be accepted meanwhile.
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
  // The sixteenth of the largest no longer fits into 64 MiB; the smaller ones use what is left.
  const kilobytes = [...Array(16).fill(4096), ...[2048, 1024, 512, 256, 128, 64].flatMap((size) => Array(4).fill(size))];
  for (const size of kilobytes) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens["alice@example.org"]}\r\nContent-Type: application/json\r\nContent-Length: ${size * 1024}\r\n\r\n{`);
    trickle.push(setInterval(() => socket.write(" ".repeat(270)), 1000));
    sockets.push(socket);
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));

  let refused = 0;
  for (let n = 0; n < 40; n++) {
    const answer = await ask(receiver.address, "/v1/logs", { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens["bob@example.org"]}` }, body: "{}" + " ".repeat(100_000) });
    refused += answer.status === 200 ? 0 : 1;
  }
  trickle.forEach(clearInterval);
  sockets.forEach((socket) => socket.destroy());
  return refused === 0 ? undefined : `${refused} of 40 messages of another user are refused`;
});
