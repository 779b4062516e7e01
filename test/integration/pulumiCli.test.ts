/** How the engine is come by: found, kept, or a message that says what would help. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePulumi, PULUMI_VERSION } from "../support/engine/pulumiCli";

let dir: string;
let lines: string[];
const path = process.env["PATH"];

function script(file: string, says: string): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(file, 0o755);
}

const ensure = () => ensurePulumi((line) => lines.push(line), join(dir, "cache"));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "backup321-cli-"));
  lines = [];
  // Nothing of the machine is found: only what a test puts there.
  process.env["PATH"] = join(dir, "bin");
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(dir, { recursive: true, force: true });
});

test("a pulumi on PATH that is recent enough is taken as it is", async () => {
  script(join(dir, "bin", "pulumi"), "v3.140.0");
  expect(await ensure()).toMatchObject({ version: "3.140.0", source: "PATH", command: { command: "pulumi" } });
  expect(lines).toEqual([]);
});

test("a pulumi on PATH that is too old is passed over for the one in the cache", async () => {
  script(join(dir, "bin", "pulumi"), "v3.139.9");
  const kept = join(dir, "cache", PULUMI_VERSION, "bin", "pulumi");
  script(kept, `v${PULUMI_VERSION}`);
  expect(await ensure()).toMatchObject({ version: PULUMI_VERSION, source: "cache", command: { command: kept } });
  expect(lines).toEqual([`pulumi 3.139.9 on PATH is older than 3.140: getting ${PULUMI_VERSION} for this run`]);
});

test.each([
  ["no Go", undefined, "none"],
  ["an old Go", "go version go1.20.3 linux/amd64", "1.20.3"],
])(
  "fails when there is no pulumi, no download and %s, saying what to install",
  async (_what, go, found) => {
    if (go) script(join(dir, "bin", "go"), go);
    await expect(ensure()).rejects.toThrow(
      `built with Go: building pulumi needs Go 1.26 or later, found ${found}: install Go (https://go.dev/doc/install) or ` +
        "pulumi itself (https://www.pulumi.com/docs/install)",
    );
    expect(lines[0]).toBe(`downloading pulumi ${PULUMI_VERSION}`);
  },
  60_000,
);
