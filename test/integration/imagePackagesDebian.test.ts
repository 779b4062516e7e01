// needs: debian
/** Every package that the runner's image takes from Debian is there, for both architectures. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulateInstall } from "../support/apt";
import { dockerfilePackages } from "./imagePackages";

jest.setTimeout(300_000);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "backup321-apt-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each(["amd64", "arm64"])("they can be installed together on %s, with all that they need", async (architecture) => {
  const { debian } = dockerfilePackages();
  expect(debian).toEqual(["ca-certificates", "curl", "postgresql-common", "zstd"]);
  const installed = await simulateInstall(dir, ["debian"], architecture, debian);
  expect(installed).toEqual(expect.arrayContaining([...debian, "openssl", "libzstd1"]));
});

test("fails when a name is none", async () => {
  await expect(simulateInstall(dir, ["debian"], "amd64", ["zstd", "zsstd"])).rejects.toThrow(
    "Unable to locate package zsstd",
  );
});
