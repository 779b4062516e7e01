// needs: debian, pgdg
/** Every PostgreSQL client of the runner's image is in PGDG's archive, for both architectures, signed by the key that Debian ships. */
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

test.each(["amd64", "arm64"])("they can be installed together on %s, beside Debian's own", async (architecture) => {
  const { debian, pgdg } = dockerfilePackages();
  expect(pgdg).toHaveLength(5);
  const installed = await simulateInstall(dir, ["debian", "pgdg"], architecture, [...debian, ...pgdg]);
  expect(installed).toEqual(expect.arrayContaining([...debian, ...pgdg]));
});
