import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKS } from "../../policies";

const root = join(__dirname, "..", "..");
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
const own = manifestOf(root);

describe.each(Object.keys(PACKS))("the pack %s", (pack) => {
  const folder = join(root, "policies", pack);

  test("has what the engine looks for: a runtime, a name, a version and a compiled main", () => {
    expect(readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8")).toContain("runtime: nodejs");
    const manifest = manifestOf(folder);
    expect(manifest["name"]).toBe(`backup321-policies-${pack}`);
    expect(manifest["version"]).toBe(own["version"]);
    expect(manifest["main"]).toBe(`../../dist/policies/${pack}/index.js`);
    expect(existsSync(join(folder, "index.ts"))).toBe(true);
  });

  test("brings no dependencies of its own: they come with the package around it", () => {
    expect(manifestOf(folder)["dependencies"]).toBeUndefined();
  });
});
