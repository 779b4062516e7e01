import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "./tree";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a script of plain Node
const { notePassed, passedBefore } = require("../scripts/passedBefore") as {
  notePassed: (suite: string, versions: string[], now: Date) => void;
  passedBefore: (suite: string, versions: string[]) => string | undefined;
};

describe("a suite of the test support that passed before", () => {
  const NOW = new Date("2026-11-20T02:00:00Z");
  let dir: string;
  let suite: string;
  let support: string;
  const environment = { ...process.env };
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "backup321-passed-"));
    process.env.XDG_CACHE_HOME = path.join(dir, "cache");
    delete process.env.BACKUP321_RUN_ALL;
    suite = path.join(dir, "x.test.ts");
    support = path.join(dir, "support.ts");
    writeFileSync(suite, `// needs: postgres\n// tests only: ${path.relative(ROOT, support)}\n`);
    writeFileSync(support, "one");
  });
  afterEach(() => {
    process.env = { ...environment };
    rmSync(dir, { recursive: true });
  });

  it("need not run while all is as it was, and says since when", () => {
    expect(passedBefore(suite, ["15"])).toBeUndefined();
    notePassed(suite, ["15"], NOW);
    expect(passedBefore(suite, ["15"])).toBe("2026-11-20T02:00:00.000Z");
  });

  it.each<[string, () => void]>([
    ["the support changed", () => writeFileSync(support, "two")],
    [
      "the suite changed",
      () => writeFileSync(suite, `// needs: zstd\n// tests only: ${path.relative(ROOT, support)}\n`),
    ],
    ["somebody wants to see all of it", () => void (process.env.BACKUP321_RUN_ALL = "1")],
    ["nothing was noted by this user", () => void (process.env.XDG_CACHE_HOME = path.join(dir, "other"))],
  ])("runs again when %s", (_, change) => {
    notePassed(suite, ["15"], NOW);
    change();
    expect(passedBefore(suite, ["15"])).toBeUndefined();
  });

  it("runs again on another version of a program", () => {
    notePassed(suite, ["15"], NOW);
    expect(passedBefore(suite, ["16"])).toBeUndefined();
  });

  it("runs always when it tests the product", () => {
    writeFileSync(suite, "// needs: postgres\nimport x;\n");
    notePassed(suite, ["15"], NOW);
    expect(passedBefore(suite, ["15"])).toBeUndefined();
  });
});
