// Sends RECORDS api_request events with OpenTelemetry's own exporter, in batches of BATCH as a collector does.
//   KIND         proto, json or grpc
//   ENDPOINT     target: the full URL for HTTP logs, or gRPC's origin
//   TOKEN        the bearer token
//   COMPRESSION  gzip or none
//   PADDING      characters of an attribute that the receiver does not use, to make records as long as real ones
// Exits with 1 and the exporter's message if a batch was not accepted.
import { createRequire } from "node:module";
import { diag, DiagLogLevel } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";

const { KIND, ENDPOINT, TOKEN, COMPRESSION, RECORDS, BATCH, PADDING } = process.env;
const faults = [];
const fault = (...words) => faults.push(words.join(" "));
diag.setLogger({ error: fault, warn: fault, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);

const { OTLPLogExporter } = await import(`@opentelemetry/exporter-logs-otlp-${KIND === "json" ? "http" : KIND}`);
const authorization = `Bearer ${TOKEN}`;
const exporter = new OTLPLogExporter({
  url: ENDPOINT,
  compression: COMPRESSION,
  timeoutMillis: 60_000,
  ...(KIND === "grpc" ? { metadata: metadata() } : { headers: { authorization } }),
});

function metadata() {
  const { Metadata } = createRequire(import.meta.resolve("@opentelemetry/exporter-logs-otlp-grpc"))("@grpc/grpc-js");
  const headers = new Metadata();
  headers.set("authorization", authorization);
  return headers;
}

const provider = new LoggerProvider({
  resource: resourceFromAttributes({ "service.name": "claude-code", "service.version": "2.1.329" }),
  processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: Number(RECORDS), maxExportBatchSize: Number(BATCH), scheduledDelayMillis: 3_600_000, exportTimeoutMillis: 60_000 })],
});
const events = provider.getLogger("com.anthropic.claude_code.events", "2.1.329");
const now = Date.now();
for (let i = 0; i < Number(RECORDS); i++) {
  events.emit({
    timestamp: now,
    body: "claude_code.api_request",
    attributes: {
      "event.name": "api_request", "event.sequence": i, "session.id": `js-${i % 50}`, "user.id": "0".repeat(64), "organization.id": "8a2f1f5e-0000-4000-8000-000000000000",
      "prompt.id": `prompt-${i}`, request_id: `req_js${i}`, model: "claude-opus-5-5", input_tokens: 3, output_tokens: 7, cache_read_tokens: 100, cache_creation_tokens: 10,
      cost_usd: 0.01, duration_ms: 1200, speed: "normal", query_source: "repl_main_thread", "terminal.type": "xterm-256color", "workspace.host_paths": "/".padEnd(Number(PADDING), "p"),
    },
  });
}
await provider.shutdown();
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}
