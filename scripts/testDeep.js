// `npm run test:deep`: the fault, memory, many-tables, hard-data and concurrency suites at a size that `npm test` has no time for. Writes what they
// measured, with the date and the machine, to docs/deep-tests.md. Sizes come from the environment, see SIZES.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.join(__dirname, "..");
const page = path.join(root, "docs/deep-tests.md");
const SIZES = {
  BACKUP321_CHAOS_RUNS: "200",
  BACKUP321_TABLES: "20000",
  BACKUP321_STOCK_TABLES: "50000",
  BACKUP321_MEMORY_MIB: "1024",
  BACKUP321_WIDE_MIB: "1024",
  BACKUP321_WIDEST_MIB: "200",
  BACKUP321_CONCURRENT_RUNS: "20",
  BACKUP321_PGBENCH_SCALE: "10",
  BACKUP321_REGRESSION: "all",
  BACKUP321_MAJORS: "all",
};
const SUITES =
  "integration/(chaos|manyTables|stockLocks|backupMemory|hardData|concurrentWriters|regressionDatabase|serverVersions)\\.test";

const sizes = Object.fromEntries(Object.entries(SIZES).map(([name, usual]) => [name, process.env[name] ?? usual]));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "backup321-deep-"));
const report = path.join(scratch, "report.md");
const results = path.join(scratch, "results.json");
fs.writeFileSync(report, "");
const jest = path.join(root, "node_modules/.bin/jest");
const args = ["--selectProjects", "integration", "--runInBand", SUITES, "--json", `--outputFile=${results}`];
const env = { ...process.env, ...sizes, BACKUP321_DEEP_REPORT: report };
const { status } = spawnSync(jest, args, { cwd: root, stdio: "inherit", env });
const ran = fs.existsSync(results);
if (ran) {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(fs.readFileSync(results, "utf8"));
  const machine = `${os.platform()} ${os.arch()}, ${os.cpus().length} CPUs, Node ${process.versions.node}`;
  const set = Object.entries(sizes).map(([name, value]) => `${name}=${value}`);
  fs.writeFileSync(
    page,
    `# Deep tests

What the last \`npm run test:deep\` found: ${new Date().toISOString().slice(0, 16)}Z on ${machine}.
${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, with \`${set.join(" ")}\`.

${fs.readFileSync(report, "utf8")}`,
  );
  console.log(`test:deep: written to ${path.relative(root, page)}`);
}
fs.rmSync(scratch, { recursive: true, force: true });
process.exit(ran && status === 0 ? 0 : 1);
