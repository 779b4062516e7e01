// Suites that test the test support alone need not run again while none of it has changed. Such a suite says so in its second
// line: `// tests only: test/support, test/integration/programs`. What passed is noted in the user's cache folder, by a hash of
// those folders, the suite, the lock file and the versions of the programs of this machine. BACKUP321_RUN_ALL=1 runs them whatever is noted.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { cacheFolder } = require("./cacheFolder");

const root = path.join(__dirname, "..");

function filesBelow(place) {
  if (fs.statSync(place).isFile()) return [place];
  const names = fs.readdirSync(place).filter((name) => name !== "__pycache__");
  return names.sort().flatMap((name) => filesBelow(path.join(place, name)));
}

/** Folders and files that a suite says it tests alone; undefined for the suites of the product. */
function placesOf(suiteFile) {
  const second = fs.readFileSync(suiteFile, "utf8").split("\n", 2)[1] ?? "";
  return /^\/\/ tests only: (.+)$/.exec(second)?.[1].split(/,\s*/);
}

/** What the machine's own programs say of themselves; the parts that are downloaded are pinned in test/support. */
function versionsHere() {
  const programs = [["psql"], ["pg_dump"], ["zstd"], ["python3"], ["openssl", "version"], ["go", "version"]];
  return programs.map(
    ([program, argument = "--version"]) => spawnSync(program, [argument], { encoding: "utf8" }).stdout ?? "",
  );
}

function noteOf(suiteFile, places, versions) {
  const hash = createHash("sha256").update([process.version, ...versions].join("\n"));
  const files = [suiteFile, path.join(root, "package-lock.json"), ...places.map((place) => path.join(root, place))];
  for (const file of files.flatMap(filesBelow)) {
    hash.update(`\0${path.relative(root, file)}\0`).update(fs.readFileSync(file));
  }
  return path.join(cacheFolder(), "passed", `${path.basename(suiteFile)}-${hash.digest("hex").slice(0, 32)}`);
}

/**
 * When the suite passed as it is now; undefined when it has to run.
 * @param {string} suiteFile absolute path
 * @param {string[]} versions by `versionsHere`
 */
function passedBefore(suiteFile, versions) {
  const places = placesOf(suiteFile);
  if (places === undefined || process.env.BACKUP321_RUN_ALL === "1") return undefined;
  const note = noteOf(suiteFile, places, versions);
  return fs.existsSync(note) ? fs.readFileSync(note, "utf8").trim() : undefined;
}

/** Notes that a suite passed; nothing for the suites of the product. */
function notePassed(suiteFile, versions, now) {
  const places = placesOf(suiteFile);
  if (places === undefined) return;
  fs.mkdirSync(path.join(cacheFolder(), "passed"), { recursive: true });
  fs.writeFileSync(noteOf(suiteFile, places, versions), `${now.toISOString()}\n`);
}

module.exports = { notePassed, passedBefore, versionsHere };
