// Half surrogate pairs in JSON and times at the end of time, to every route that accepts a body. No answer may be a 500, and a telemetry message with one
// broken text must not be lost.
import { createConnection } from "node:net";
import { addUser, asAdmin, ask, attack, issueTelemetryToken, newUser, rawMachine } from "./lib.mjs";

const half = "\\ud83d";
// In milliseconds: the last of the year 9999, the next, the last that a date has in JavaScript, and the greatest and the least number of 64 bits.
const endsOfTime = ["253402300799999", "253402300800000", "8640000000000000", "9223372036854775807", "-9223372036854775808"];
const attribute = (key, value) => `{"key":"${key}","value":{"stringValue":"${value}"}}`;
const log = (text) => `{"timeUnixNano":"${Date.now()}000000","body":{"stringValue":"${text}"},"attributes":[${attribute("event.name", "api_request")},${attribute("request_id", "r" + Math.random())},${attribute("prompt", text)}]}`;
const logs = (...records) => `{"resourceLogs":[{"resource":{"attributes":[${attribute("service.name", "claude-code")}]},"scopeLogs":[{"logRecords":[${records.join(",")}]}]}]}`;

await attack("broken-texts", async ({ start }) => {
  const receiver = await start();
  const user = await newUser(receiver, "alice@example.org");
  const machine = await rawMachine(receiver, user.refreshToken, "raw");
  const token = await issueTelemetryToken(receiver, (await addUser(receiver, "bob@example.org"), "bob@example.org"));
  const otlp = (signal, body) => ask(receiver.address, `/v1/${signal}`, { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` }, body });

  const mixed = await otlp("logs", logs(log(half), log("whole")));
  if (mixed.status !== 200 || mixed.body !== "{}") {
    return `a message with an emoji cut in half is answered ${mixed.status} ${mixed.body}`;
  }

  const name = `{"${half}":1}`;
  const session = (fields, models = "") => `{"schema_version":3,"client":{"name":"c","version":"1"},"models":[${models}],"sessions":[{"session_id":"s"${fields}}]}`;
  const turn = (started, ended, fields = "") => `,"turns":[{"key":"00000000000000a1","started":${started},"ended":${ended},"outcome":"completed"${fields}}]`;
  const usual = turn(1795172400000, 1795172460000);
  const request = (at) => `,"requests":[["00000000000000b1",${at},0,0,16,2,1,1,0,0,0,0]]`;
  const reading = (fields) => `{"schema_version":1,"client":{"name":"c","version":"1"},"readings":[{"window":"five_hour","used_percentage":1,"account":"a",${fields}}]}`;
  for (const [path, body] of [
    ["/report", name],
    ["/report", session(usual + request(1795172400000), `"${half}"`)],
    ["/report", session(`${usual},"entrypoint":"${half}"`)],
    ["/report", session(`${usual},"session_id":"${half}"`)],
    ["/report", session(turn(1795172400000, 1795172460000, `,"${half}":1,"prompts":["${half}"]`))],
    ["/report", session(`${usual},"requests":[["${half}"]]`, `"m"`)],
    ["/report", session(`${usual},"limit_events":[{"turn":0,"at":1795172400000,"window":"${half}"}]`)],
    ...endsOfTime.flatMap((end) => [
      ["/report", session(turn(1795172400000, end))],
      ["/report", session(turn(end, end))],
      ["/report", session(usual + request(end), `"m"`)],
      ["/report", session(`${usual},"limit_events":[{"turn":0,"at":${end},"final":true}]`)],
      ["/report", session(`${usual},"limit_events":[{"turn":0,"at":1795172400001,"window":"w${end}","resets_at":${end},"final":true}]`)],
      ["/report", `{"schema_version":3,"client":{"name":"c","version":"1"},"pauses":[{"from":1795172400000,"until":${end}},{"from":${end},"until":${end}}]}`],
    ]),
    ["/report", `{"schema_version":1,"session_id":"s","turn_index":0,"timestamp_utc":"2026-11-20T11:00:00Z","models":{"${half}":{}}}`],
    ["/quota/readings", reading(`"observed_at":"9999-12-31T23:59:59Z","resets_at":"9999-12-31T23:59:59Z"`)],
    ["/quota/readings", reading(`"observed_at":"2026-11-20T11:00:00Z","${half}":1`)],
    ["/register-key", `{"${half}":1}`],
    ["/register-key", `{"public_key":"${half}","device_id":"${half}"}`],
  ]) {
    const answer = await machine.post(path, Buffer.from(body));
    if (answer.status >= 500 || answer.status === 0) {
      return `${path} answers ${answer.status} to ${body}`;
    }
  }
  // Nor must what was taken break a page that shows it.
  for (const path of ["/admin/", "/admin/?export", "/admin/users/alice%40example.org", "/api/v1/users/alice%40example.org/limits", "/api/v1/users/alice%40example.org/sessions"]) {
    const answer = await ask(receiver.address, path, { headers: { ...asAdmin, Accept: path.startsWith("/api") ? "application/json" : "text/html" } });
    if (answer.status !== 200) {
      return `after these reports ${path} answers ${answer.status}`;
    }
  }
  for (const signal of ["logs", "metrics", "traces"]) {
    const answer = await otlp(signal, `{"resource${signal[0].toUpperCase()}${signal.slice(1)}":[{"${half}":1}]}`);
    if (answer.status >= 500 || answer.status === 0) {
      return `/v1/${signal} answers ${answer.status}`;
    }
  }
  for (const path of ["/heartbeat", "/agent/enrol"]) {
    const answer = await ask(receiver.address, path, { method: "POST", headers: { "Content-Type": "application/json" }, body: name });
    if (answer.status >= 500) {
      return `${path} answers ${answer.status}`;
    }
  }

  // A connection that breaks off is not an error of the receiver.
  const { hostname, port } = new URL(receiver.address);
  for (let n = 0; n < 20; n++) {
    await new Promise((resolve) => {
      const socket = createConnection(Number(port), hostname, () => {
        socket.write("POST /report HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{");
        socket.resetAndDestroy();
        resolve();
      });
    });
  }
  return / failed/.test(receiver.output()) ? "a request that its client broke off is logged as a failure" : undefined;
});
