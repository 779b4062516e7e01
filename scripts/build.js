// Compiles the library to dist/ and bundles what runs elsewhere: the CLI (also the image's entry point) and the Lambdas.
// Bundles carry their dependencies, so that a Lambda's SDK does not float with the runtime.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const esbuild = require("esbuild");
const bundleOptions = require("./bundleOptions");

const root = path.join(__dirname, "..");
const dist = path.join(root, "dist");
// Built beside and swapped in whole: a failed build leaves the last good one, and nobody reads a half of one.
const next = path.join(root, "dist.next");
fs.rmSync(next, { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", next], {
  cwd: root,
  stdio: "inherit",
});

const bundles = {
  "cli/backup321": "runner/cli/main.ts",
  "cli/doctorRun": "runner/cli/doctorRun.ts",
  "alert/index": "runner/lambda/alertHandler.ts",
  "doctor/index": "runner/lambda/doctorHandler.ts",
  "freshness/index": "runner/lambda/freshnessHandler.ts",
  "plan/index": "runner/lambda/planHandler.ts",
};
for (const [out, entry] of Object.entries(bundles)) {
  esbuild.buildSync({
    entryPoints: [path.join(root, entry)],
    outfile: path.join(next, "bundles", `${out}.js`),
    ...bundleOptions,
    banner: out === "cli/backup321" ? { js: "#!/usr/bin/env node" } : {},
    logLevel: "warning",
  });
}
fs.chmodSync(path.join(next, "bundles/cli/backup321.js"), 0o755);
fs.rmSync(dist, { recursive: true, force: true });
fs.renameSync(next, dist);
