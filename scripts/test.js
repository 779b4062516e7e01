// `npm test`: everything that must hold, on real parts; ends with one line `N passed, N failed, N skipped`.
//   node scripts/test.js            lint, types, unit, integration (the demo among them), package
//   node scripts/test.js unit ...   only the named stages
// An integration suite says what it needs in its first line: `// needs: postgres, versitygw`. A part that this machine can't
// have is printed with its reason, and the suites that need it are counted as skipped. So are suites of the test support that
// passed before, while none of it has changed (passedBefore.js).
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { notePassed, passedBefore, versionsHere } = require("./passedBefore");

const root = path.join(__dirname, "..");
const bin = (name) => path.join(root, "node_modules/.bin", name);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "backup321-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };
const notes = [];
const STAGES = ["lint", "types", "unit", "integration", "package"];
/** Room for the first run on a machine, which downloads and builds the parts. */
const STAGE_LIMIT_MINUTES = 60;
const wanted = process.argv.slice(2);
const unknown = wanted.filter((w) => !STAGES.includes(w));
if (unknown.length > 0) {
  console.error(`test: unknown stage ${unknown.join(", ")}; stages are ${STAGES.join(", ")}`);
  process.exit(2);
}
const runs = (stage) => wanted.length === 0 || wanted.includes(stage);

/** True when it ended well. A test's own time limit can't end what blocks its process, or keeps one alive: this one does, loudly. */
function run(command, args) {
  const limit = { timeout: STAGE_LIMIT_MINUTES * 60_000, killSignal: "SIGKILL" };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...limit });
  const reason = error?.code === "ETIMEDOUT" ? `did not end within ${STAGE_LIMIT_MINUTES} minutes` : error?.message;
  if (reason) notes.push(`failed: ${path.basename(command)} ${args[0]}: ${reason}`);
  return status === 0;
}

/** Starts a command beside others; the same limit. */
function start(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: "inherit",
      timeout: STAGE_LIMIT_MINUTES * 60_000,
      killSignal: "SIGKILL",
    });
    child.once("error", (error) => {
      notes.push(`failed: ${path.basename(command)}: ${error.message}`);
      resolve(false);
    });
    child.once("close", (status, signal) => {
      if (signal) notes.push(`failed: ${path.basename(command)} ${args[0]}: ended by ${signal}`);
      resolve(status === 0);
    });
  });
}

/** Each of these takes one core, so they share the machine. */
async function statics() {
  const lint = runs("lint")
    ? [
        start(bin("eslint"), [".", "--max-warnings", "0"]),
        start(bin("prettier"), ["--check", "--log-level", "warn", "."]),
      ]
    : [];
  const types = runs("types") ? [start(bin("tsc"), ["--noEmit", "-p", "tsconfig.json"])] : [];
  if (lint.length > 0) check("lint", (await Promise.all(lint)).every(Boolean));
  if (types.length > 0) check("types", await types[0]);
}

function check(name, ok) {
  total[ok ? "passed" : "failed"] += 1;
  if (!ok) notes.push(`failed: ${name}`);
}

function jest(project, extra) {
  const report = path.join(scratch, `${project}.json`);
  // Integration suites wait for servers a third of their time; one worker more fills that. On two cores jest itself would take one.
  const workers = Math.max(2, os.cpus().length) + (project === "integration" ? 1 : 0);
  const args = ["--selectProjects", project, `--maxWorkers=${workers}`, "--json", `--outputFile=${report}`, ...extra];
  const ok = run(bin("jest"), args);
  if (!fs.existsSync(report)) {
    check(`jest ${project} has no report`, false);
    return [];
  }
  const result = JSON.parse(fs.readFileSync(report, "utf8"));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  total.skipped += result.numPendingTests + result.numTodoTests;
  if (!ok && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) check(`jest ${project}`, false);
  return result.testResults.filter((suite) => suite.status === "passed").map((suite) => suite.name);
}

/** Installs or finds every part that integration tests need; what can't be had comes back with its reason. */
function parts() {
  const out = path.join(scratch, "parts.json");
  if (!run(bin("tsx"), ["test/support/setup.ts", out])) {
    check("test/support/setup.ts", false);
    return undefined;
  }
  return JSON.parse(fs.readFileSync(out, "utf8"));
}

function integration() {
  const have = parts();
  if (!have) return;
  const folder = path.join(root, "test/integration");
  const suites = fs.readdirSync(folder).filter((f) => f.endsWith(".test.ts"));
  const skipped = [];
  const versions = versionsHere();
  for (const suite of suites) {
    const first = fs.readFileSync(path.join(folder, suite), "utf8").split("\n", 1)[0];
    const needs = /^\/\/ needs: (.+)$/.exec(first)?.[1].split(/,\s*/) ?? [];
    const missing = needs.filter((n) => !have[n]?.ok);
    const before = missing.length === 0 ? passedBefore(path.join(folder, suite), versions) : undefined;
    if (missing.length === 0 && before === undefined) continue;
    skipped.push(suite);
    const reason = before
      ? `it tests the test support alone, which is as it was when it passed, ${before} (BACKUP321_RUN_ALL=1 runs it)`
      : missing.map((n) => `${n}: ${have[n]?.reason ?? "unknown part"}`).join("; ");
    notes.push(`skipped: test/integration/${suite}: ${reason}`);
    total.skipped += 1;
  }
  const ignore = skipped.flatMap((s) => ["--testPathIgnorePatterns", `/${s.replace(/\./g, "\\.")}$`]);
  for (const suite of jest("integration", ignore)) notePassed(suite, versions, new Date());
}

async function main() {
  await statics();
  if (runs("unit")) jest("unit", []);
  if (runs("integration")) integration();
  if (runs("package")) check("package", run(bin("tsx"), ["scripts/checkPackage.ts"]));
  fs.rmSync(scratch, { recursive: true, force: true });
  for (const note of notes) console.log(note);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}

void main();
