// Plants wrong rules into the ledger, one at a time, and demands that its property tests notice each: see docs/development/mutation.md.
//   . eng/setup.sh && node eng/wrong-rules.mjs [PART OF A NAME…]
// Works in a copy of the last commit. Not part of ./test.sh: each rule is a build. Ends with the line "N noticed, N missed".
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ledger = "src/Ccflux.Receiver/Usage/Ledger";

/** name: what is wrong; file and text: the right rule; planted: the wrong one. */
const rules = [
  ["the report with less output wins", "RequestMerge.cs", "a.Output.CompareTo(b.Output)", "b.Output.CompareTo(a.Output)"],
  ["of equal output the last report wins", "RequestMerge.cs", "order = order != 0 ? order : (a.Prompt + a.Output).CompareTo(b.Prompt + b.Output);", "return order != 0 ? order : -1;"],
  ["the latest report gives the time", "RequestMerge.cs", "Math.Min(a.At, b.At)", "Math.Max(a.At, b.At)"],
  ["telemetry's time is taken before the hook's", "RequestMerge.cs", "hookA ? a.At : b.At", "hookA ? b.At : a.At"],
  ["the session with the greatest key wins", "RequestMerge.cs", "(ulong)a.Session <= (ulong)b.Session", "(ulong)a.Session >= (ulong)b.Session"],
  ["only the first report says whether the answer was fast", "RequestMerge.cs", "Terms = a.Terms | b.Terms", "Terms = a.Terms"],
  ["of reports with equal figures the first names the model", "RequestMerge.cs", "var named = CompareNames(a, b) >= 0 ? a : b;", "var named = a;"],
  ["a turn starts with its last report", "LedgerTurn.cs", "Math.Min(a.Started, b.Started)", "Math.Max(a.Started, b.Started)"],
  ["a turn's first end gives its outcome", "LedgerTurn.cs", "var last = order >= 0 ? a : b;", "var last = order < 0 ? a : b;"],
  ["a changed request is added without taking out what it was", "LedgerWriter.cs", "            _rollups.Remove(user, known, knownModel);\n", ""],
  ["a resent request counts again", "LedgerWriter.cs", "        var merged = RequestMerge.Merge(known, request);\n", "        var merged = RequestMerge.Merge(known, request);\n        _rollups.Add(user, merged, knownModel, from);\n"],
  ["a changed turn counts again", "LedgerWriter.cs", "            _rollups.Remove(user, known);\n", ""],
  ["a turn counts in the hour of its end", "RollupLevel.cs", "ref CollectionsMarshal.GetValueRefOrAddDefault(_users, (periodOf(turn.Started), user), out _)", "ref CollectionsMarshal.GetValueRefOrAddDefault(_users, (periodOf(turn.Ended), user), out _)"],
  ["sums stand in days of UTC", "LedgerRollups.cs", "at => calendar.DayOf(at))", "at => at / UnixTime.Day)"],
  ["a user's sums lose the requests that are removed, not their tokens", "RollupLevel.cs", "cell.Sums.Add(request, sign);\n        cell.Last", "cell.Sums.Add(request, Math.Max(0, sign));\n        cell.Last"],
  ["events ignore the turn", "LedgerRollups.cs", "request.Turn != 0 ? request.Turn : request.Session", "request.Session"],
  ["an hour stays active without a request", "LedgerRollups.cs", "(before | (long)added) & ~(long)Inactive(session, user, day, shrunk)", "before | (long)added"],
  ["a session keeps the bounds of a request that is gone", "LedgerRollups.cs", "else if (cell.Shrunk)", "else if (cell.Shrunk && facts < 0)"],
  ["what telemetry reports in a session without ids counts beside the hook's", "TelemetryRule.cs", "LacksIds(session, user, request.Session) ? RequestHiding.Compared", "LacksIds(session, user, request.Key) ? RequestHiding.Compared"],
  ["what telemetry reports of a pause counts", "TelemetryRule.cs", "if (HasPauses(session, user) && ", "if (!HasPauses(session, user) && "],
  ["that ids lack is noticed only if it comes first", "LedgerWriter.cs", "if (session.LacksIds && lackedIds is not 1)", "if (session.LacksIds && lackedIds is null)"],
  ["a pause hides only what comes after it", "LedgerWriter.cs", "_hider.Apply(writing, user, RequestStore.Ids(writing, LedgerSql.SelectTelemetrySince", "_ = (RequestStore.Ids(writing, LedgerSql.SelectTelemetrySince"],
  ["metrics count beside the requests of their session", "TelemetryRule.cs", "IsDescribed(session, user, request) ? RequestHiding.Described", "IsDescribed(session, user + 1_000_000, request) ? RequestHiding.Described"],
  ["one request hides an hour of all sessions' metrics", "TelemetryRule.cs", "if (metric.Session != 0)", "if (metric.Session == long.MinValue)"],
  ["metrics of no session look at their own hour only", "TelemetryRule.cs", '("first", hour - 1), ("last", hour + 1)', '("first", hour), ("last", hour)'],
  ["what metrics hide is decided once, when they come", "LedgerWriter.cs", "        _dependents.Touch(writing, user, request);\n        if (RequestStore.TryInsert", "        if (request.IsMetric)\n        {\n            _dependents.Touch(writing, user, request);\n        }\n\n        if (RequestStore.TryInsert"],
  ["metrics stay hidden when the request is removed", "LedgerWriter.cs", "        RequestStore.Delete(writing, user, id);\n        _dependents.Touch(writing, user, request);\n", "        RequestStore.Delete(writing, user, id);\n"],
  ["metrics count as a request", "RequestSums.cs", "request.IsMetric ? 0 : sign", "sign"],
  ["metrics that come later replace those before", "RequestMerge.cs", "Output = Math.Min(a.Output + b.Output, MaxMetric)", "Output = Math.Max(a.Output, b.Output)"],
  ["a claimed address adds usage", "TelemetryRule.cs", "if (user < 0)", "if (user == 0)"],
  ["an installation's request counts beside the user's own", "TelemetryRule.cs", "request.Subject != 0 && session.Any(LedgerSql.HasSame", "request.Subject < 0 && session.Any(LedgerSql.HasSame"],
  ["the user's own request does not take out the installation's", "DependentRequests.cs", "            _keys.Add((user, request.Key));\n", ""],
  ["what is taken from a user leaves its sums", "SubjectMove.cs", "ledger.Remove(writing, holder, request.Id);", "RequestStore.Delete(writing, holder, request.Id);"],
  ["a hidden request stays so when the hook reports it", "TelemetryRule.cs", "known is RequestHiding.Covered or RequestHiding.Copy ? known", "known is not RequestHiding.None ? known"],
  ["a session that is empty forgets that ids lack", "LedgerRollupSql.cs", " AND facts = 0 AND lacks_ids = 0", " AND facts = 0"],
  ["a window lasts into its sixth hour", "FiveHourWindows.cs", "if (hour >= end)", "if (hour > end)"],
  ["three empty hours make a window's start certain", "FiveHourWindows.cs", "empty >= Hours - 1", "empty >= Hours - 2"],
  ["the price of a long prompt begins at 250 000 tokens", "PriceClass.cs", "prompt > 200_000", "prompt > 250_000"],
];

const classes = ["LedgerPropertyTests", "SubjectPropertyTests", "MergeTests", "FiveHourWindowTests", "PriceClassTests"];
const root = fileURLToPath(new URL("..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "ccflux-wrong-rules-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const run = (program, ...given) => spawnSync(program, given, { cwd: copy, encoding: "utf8", maxBuffer: 1 << 28 });
const build = () => run("dotnet", "build", "-c", "Release", "--no-restore", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "tests/Ccflux.Receiver.Tests");
const test = () => run("artifacts/bin/Ccflux.Receiver.Tests/release/Ccflux.Receiver.Tests", "-noLogo", "-noColor", "-stopOnFail", ...classes.flatMap((name) => ["-class", `*.Ledger.${name}`]));

execFileSync("git", ["clone", "--quiet", "--shared", root, copy]);
const prepared = run("bash", "-c", ". eng/setup.sh; build_web; BUILD_ARGS=-p:RunAnalyzers=false build_dotnet Release tests/Ccflux.Receiver.Tests");
if (prepared.status !== 0 || test().status !== 0) {
  console.error(`The tests fail without a wrong rule:\n${prepared.stdout}${prepared.stderr}`);
  process.exit(1);
}

let [noticed, missed] = [0, 0];
for (const [name, file, text, planted] of rules.filter(([name]) => process.argv.length < 3 || process.argv.slice(2).some((part) => name.includes(part)))) {
  const path = join(copy, ledger, file);
  const source = readFileSync(path, "utf8");
  if (source.split(text).length !== 2) {
    throw new Error(`${name}: the rule is not in ${file}, or more than once`);
  }

  writeFileSync(path, source.replace(text, () => planted));
  const built = build();
  if (built.status !== 0) {
    throw new Error(`${name}: does not compile\n${built.stdout}`);
  }

  const { status, stdout } = test();
  const by = /(\w+Tests\.\w+)[^\n]*\[FAIL\]/.exec(stdout)?.[1];
  if (status !== 0 && by) noticed++; else missed++;
  console.log(status !== 0 && by ? `noticed   ${name}: ${by}` : `MISSED    ${name}`);
  writeFileSync(path, source);
}

console.log(`${noticed} noticed, ${missed} missed`);
process.exitCode = missed > 0 ? 1 : 0;
