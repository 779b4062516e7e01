import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { cacheDir, installOnce } from "./cache";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "backup321-cache-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (text: string) => (into: string) => Promise.resolve(writeFileSync(join(into, "file"), text));

describe("where the cache is", () => {
  const before = process.env.XDG_CACHE_HOME;
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });

  test("it follows XDG_CACHE_HOME", () => {
    process.env.XDG_CACHE_HOME = dir;
    expect(cacheDir("a", "b")).toBe(join(dir, "backup321", "a", "b"));
  });

  test.each(["", "caches", "./caches"])("XDG_CACHE_HOME=%j counts as none: paths stay absolute", (value) => {
    delete process.env.XDG_CACHE_HOME;
    const without = cacheDir("a");
    process.env.XDG_CACHE_HOME = value;
    expect(cacheDir("a")).toBe(without);
    expect(isAbsolute(without)).toBe(true);
  });
});

test("installs once and not again", async () => {
  const target = join(dir, "deep", "tool");
  expect(await installOnce(target, write("one"))).toBe(true);
  expect(await installOnce(target, () => Promise.reject(new Error("called again")))).toBe(false);
});

test("of two that race one wins, and neither leaves anything half done", async () => {
  const target = join(dir, "tool");
  const results = await Promise.all([installOnce(target, write("one")), installOnce(target, write("two"))]);
  expect(results.filter(Boolean)).toHaveLength(1);
  expect(readdirSync(dir)).toEqual(["tool"]);
});

test("fails when the installation fails, and leaves nothing that could be taken for it", async () => {
  const target = join(dir, "tool");
  await expect(installOnce(target, () => Promise.reject(new Error("no space left")))).rejects.toThrow("no space left");
  expect([existsSync(target), readdirSync(dir)]).toEqual([false, []]);
});
