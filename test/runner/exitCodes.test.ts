import { readFileSync } from "node:fs";
import path from "node:path";
import { EXIT } from "../../runner/contract";
import { TOOL } from "../../runner/version";

const root = path.join(__dirname, "../..");

describe("documentation and code agree", () => {
  it("on every exit code", () => {
    const page = readFileSync(path.join(root, "docs/exit-codes.md"), "utf8");
    const rows = [...page.matchAll(/^\| (\d+) +\| (\w+) +\|/gm)].map((m) => [m[2], Number(m[1])]);
    expect(Object.fromEntries(rows)).toEqual(EXIT);
  });

  it("on the version that manifests carry", () => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    expect(TOOL).toEqual({ name, version });
  });
});
