// Packs the library as npm would and uses the tarball as a user does: only what users need is in it, and all of that works.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packedProject } from "./packedProject";
import { pluginSchema } from "./pluginSchema";

const ROOT = path.join(__dirname, "..");
const ALLOWED = [
  /^dist\/(components|runner|policies)\/.*\.(js|d\.ts)$/,
  /^dist\/bundles\/[a-z]+\/[a-zA-Z0-9]+\.js$/,
  /^policies\/[a-z]+\/(PulumiPolicy\.yaml|package\.json)$/,
  // What Pulumi reads the schema from, for other languages.
  /^(index\.ts|tsconfig\.json|PulumiPlugin\.yaml)$/,
  /^components\/(internal\/(\w+\/)?)?\w+\.ts$/,
  /^runner\/(contract|\w+Contract|errors|retention|humanUnits|cost\/\w+|runbook\/(scenarios\/)?\w+)\.ts$/,
  /^runner\/Dockerfile(\.dockerignore)?$/,
  /^docs\/[\w.-]+$/,
  /^examples\/[a-z-]+\/(index\.ts|__main__\.py|requirements\.txt|Pulumi(\.example)?\.yaml)$/,
  /^examples\/rejected\/([a-z0-9-]+\.ts|sound\/[a-z]+\.ts|README\.md)$/,
  /^examples\/ci\/[a-z-]+\.(yml|json)$/,
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
];
const PACKS = ["all", "credentials", "storage", "backup"];
const NEEDED = [
  "LICENSE",
  "README.md",
  "CHANGELOG.md",
  "PulumiPlugin.yaml",
  "dist/components/index.js",
  "dist/components/index.d.ts",
  "dist/components/runnerImage.js",
  "dist/policies/index.js",
  "runner/Dockerfile",
  "runner/Dockerfile.dockerignore",
  ...["github-actions.yml", "gitlab-ci.yml", "policies.json"].map((file) => `examples/ci/${file}`),
  ...["README.md", "Pulumi.yaml", "index.ts", "sound/buckets.ts"].map((file) => `examples/rejected/${file}`),
  ...["cli/backup321", "cli/doctorRun", "alert/index", "doctor/index", "freshness/index", "plan/index"].map(
    (bundle) => `dist/bundles/${bundle}.js`,
  ),
  ...PACKS.flatMap((pack) => [
    `policies/${pack}/PulumiPolicy.yaml`,
    `policies/${pack}/package.json`,
    `dist/policies/${pack}/index.js`,
  ]),
];
/** A user's program; checked by the compiler as it stands, and once more with a mistake in it. */
const PROGRAM = `import { DatabaseBackup, Tier } from "pulumi-backup321";
new DatabaseBackup("shop", {
  databases: [{ name: "shop", secretArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf" }],
  tiers: [{ tier: Tier.Daily, expireDays: 35 }],
  image: "registry.example/runner@sha256:" + "0".repeat(64),
  vpcId: "vpc-1",
  subnetIds: ["subnet-1"],
  replicaRegion: "eu-west-1",
}).primaryBucketName.apply((name: string) => name);
`;
/** Another user's program, which restores. */
const LIBRARY = `import { newestRecoveryPoint, postgresSettings, restoreDependencies, restorePoint, S3Repository } from "pulumi-backup321/runner";
export async function copy(signal: AbortSignal): Promise<string> {
  const repository = new S3Repository({ bucket: "orders-replica", region: "eu-west-1" });
  const point = await newestRecoveryPoint(repository, "orders");
  const settings = postgresSettings({ PGHOST: "db", PGUSER: "postgres", PGDATABASE: "postgres" });
  const request = { point: point!, newDatabase: "copy", noOwner: true, noAcl: true, noTablespaces: true, workers: 4 };
  return (await restorePoint(restoreDependencies({ repository, settings }), request, signal)).database;
}
`;

const scratch = mkdtempSync(path.join(os.tmpdir(), "backup321-pack-"));
const problems: string[] = [];
const expect = (ok: boolean, problem: string) => {
  if (!ok) problems.push(problem);
};

/** Relative imports of shipped TypeScript that lead out of the package. */
function brokenImports(installed: string, files: string[]): string[] {
  const sources = files.filter((file) => file.endsWith(".ts") && !file.startsWith("dist/"));
  return sources.flatMap((file) =>
    [...readFileSync(path.join(installed, file), "utf8").matchAll(/from "(\.{1,2}(?:\/[^"]*)?)"/g)]
      .map((match) => path.posix.join(path.posix.dirname(file), match[1]!))
      .filter((target) => !files.includes(`${target}.ts`) && !files.includes(path.posix.join(target, "index.ts")))
      .map((target) => `${file} imports ${target}`),
  );
}

async function check(): Promise<void> {
  const { folder, installed, filename, files, sizeBytes } = packedProject(scratch);
  /** Runs a script in the user's project; what it printed, or the first line of its error. */
  const node = (script: string): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
    return status === 0 ? stdout.trim() : (/^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr);
  };
  /** What the compiler, at its strictest, finds in a user's program. */
  const compile = (program: string): string => {
    writeFileSync(path.join(folder, "index.ts"), program);
    const tsc = [require.resolve("typescript/bin/tsc"), "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"];
    const settings = [...tsc, "--module", "node16", "--moduleResolution", "node16", "index.ts"];
    return spawnSync(process.execPath, settings, { cwd: folder, encoding: "utf8" }).stdout.trim();
  };

  const surplus = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  expect(surplus.length === 0, `the tarball holds what users don't need: ${surplus.join(", ")}`);
  const dockerfile = readFileSync(path.join(installed, "runner/Dockerfile"), "utf8");
  const copied = [...dockerfile.matchAll(/^COPY (\S+) /gm)].map((match) => match[1]!);
  for (const file of [...NEEDED, ...copied]) expect(files.includes(file), `the tarball lacks ${file}`);
  for (const broken of brokenImports(installed, files)) problems.push(`${broken}, which the tarball lacks`);

  const exported = node(`console.log(Object.keys(require("pulumi-backup321")).join())`).split(",");
  for (const name of ["DatabaseBackup", "BackupRepository", "BackupRunner", "FreshnessCheck", "Alerting"]) {
    expect(exported.includes(name), `the package does not export ${name}; it exports ${exported.join(", ")}`);
  }
  const bundle = node(
    `console.log(require("${path.join(installed, "dist/components/internal/bundlePath.js")}").bundlePath("plan"))`,
  );
  expect(bundle === path.join(installed, "dist/bundles/plan/index.js"), `the plan Lambda is taken from ${bundle}`);
  const help = node(
    `process.argv[1] = "backup321"; require("${path.join(installed, "dist/bundles/cli/backup321.js")}")`,
  );
  for (const verb of ["backup", "list", "status", "verify", "restore", "rehydrate"])
    expect(help.includes(verb), `backup321 --help does not name ${verb}`);

  const library = node(`console.log(Object.keys(require("pulumi-backup321/runner")).join())`).split(",");
  for (const name of ["restorePoint", "previewRestore", "verifyPoint", "listRecoveryPoints", "S3Repository"]) {
    expect(library.includes(name), `the package's runner does not export ${name}; it exports ${library.join(", ")}`);
  }

  const image = `console.log(typeof require("pulumi-backup321/runner-image").RunnerImage)`;
  const without = node(image);
  expect(without === "Error: Cannot find module '@pulumi/awsx'", `without awsx, RunnerImage is ${without}`);
  const awsx = path.join("node_modules", "@pulumi", "awsx");
  symlinkSync(path.join(ROOT, awsx), path.join(folder, awsx), "dir");
  const withAwsx = node(image);
  expect(withAwsx === "function", `with awsx, RunnerImage is ${withAwsx}`);

  const rules = node(`console.log(require("pulumi-backup321/policies").rules.map((r) => r.id ?? r.name).join())`);
  expect(rules.includes("aws-s3-bucket-encryption"), `the package's policies are ${rules}`);
  for (const pack of PACKS) {
    const manifest = readFileSync(path.join(installed, `policies/${pack}/package.json`), "utf8");
    const { main } = JSON.parse(manifest) as { main: string };
    const exists = existsSync(path.join(installed, "policies", pack, main));
    expect(exists, `policies/${pack}: main ${main} is not in the tarball`);
  }

  const errors = compile(PROGRAM);
  expect(errors === "", `a user's program does not compile: ${errors}`);
  const called = compile(LIBRARY);
  expect(called === "", `a user's program that restores does not compile: ${called}`);
  const misspelt = compile(PROGRAM.replace("replicaRegion", "replicasRegion"));
  expect(misspelt.includes("'replicasRegion' does not exist"), `a user's mistake is compiled: ${misspelt}`);

  const golden = readFileSync(path.join(ROOT, "docs/schema.json"), "utf8");
  const isSame = (await pluginSchema(installed)) === golden;
  expect(isSame, "the packed plugin's schema is not docs/schema.json; run: npm run build && npm run schema");
  console.log(`package: ${filename}, ${files.length} files, ${Math.round(sizeBytes / 1024)} KiB`);
}

check()
  .catch((error: unknown) => problems.push(String(error)))
  .finally(() => {
    rmSync(scratch, { recursive: true, force: true });
    for (const problem of problems) console.error(`package: ${problem}`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  });
