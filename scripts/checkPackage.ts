// Packs the library as npm would and uses the tarball as a user does: only what users need is in it, and all of that works.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.join(__dirname, "..");
const scratch = mkdtempSync(path.join(os.tmpdir(), "backup321-pack-"));
const problems: string[] = [];
const expect = (ok: boolean, problem: string) => {
  if (!ok) problems.push(problem);
};

function node(script: string): string {
  // The user's own node_modules is played by ours; the package itself comes from the tarball alone.
  return execFileSync(process.execPath, ["-e", script], {
    cwd: path.join(scratch, "user"),
    encoding: "utf8",
    env: { ...process.env, NODE_PATH: path.join(root, "node_modules") },
  });
}

try {
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename, files, size }] = JSON.parse(packed) as [
    { filename: string; files: { path: string }[]; size: number },
  ];
  const names = files.map((f) => f.path);

  const allowed =
    /^(dist\/(components|runner|policies)\/.*\.(js|d\.ts)|dist\/bundles\/[a-z]+\/[a-z0-9]+\.js|policies\/[a-z]+\/(PulumiPolicy\.yaml|package\.json)|runner\/Dockerfile|docs\/[\w.-]+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  const surplus = names.filter((n) => !allowed.test(n));
  expect(surplus.length === 0, `the tarball holds what users don't need: ${surplus.join(", ")}`);

  const needed = [
    "dist/components/index.js",
    "dist/components/index.d.ts",
    "dist/policies/index.js",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
  ];
  const bundles = ["cli/backup321", "freshness/index", "plan/index"].map((b) => `dist/bundles/${b}.js`);
  const packs = ["credentials", "storage"].flatMap((p) => [
    `policies/${p}/PulumiPolicy.yaml`,
    `policies/${p}/package.json`,
    `dist/policies/${p}/index.js`,
  ]);
  const copied = [...readFileSync(path.join(root, "runner/Dockerfile"), "utf8").matchAll(/^COPY (\S+) /gm)].map(
    (m) => m[1]!,
  );
  for (const file of [...needed, ...bundles, ...packs, ...copied])
    expect(names.includes(file), `the tarball lacks ${file}`);

  mkdirSync(path.join(scratch, "user/node_modules"), { recursive: true });
  execFileSync("tar", ["-xzf", path.join(scratch, filename), "-C", scratch]);
  const installed = path.join(scratch, "user/node_modules/pulumi-backup321");
  renameSync(path.join(scratch, "package"), installed);

  const exported = node(`console.log(Object.keys(require("pulumi-backup321")).join())`).trim().split(",");
  for (const name of ["DatabaseBackup", "BackupRepository", "BackupRunner", "FreshnessCheck"]) {
    expect(exported.includes(name), `the package does not export ${name}`);
  }
  const help = execFileSync(process.execPath, [path.join(installed, "dist/bundles/cli/backup321.js"), "--help"], {
    encoding: "utf8",
  });
  for (const verb of ["backup", "list", "status", "verify", "restore"])
    expect(help.includes(verb), `backup321 --help does not name ${verb}`);
  const rules = node(
    `console.log(require("pulumi-backup321/policies").rules.map((r) => r.id ?? r.name).join())`,
  ).trim();
  expect(rules.includes("aws-s3-bucket-encryption"), `the package's policies are ${rules}`);
  for (const pack of ["credentials", "storage"]) {
    const main = JSON.parse(readFileSync(path.join(installed, `policies/${pack}/package.json`), "utf8")) as {
      main: string;
    };
    expect(
      existsSync(path.join(installed, "policies", pack, main.main)),
      `policies/${pack}: main ${main.main} is not in the tarball`,
    );
  }
  console.log(`package: ${filename}, ${names.length} files, ${Math.round(size / 1024)} KiB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) console.error(`package: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
