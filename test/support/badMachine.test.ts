import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPostgres } from "./postgres";
import { ensureMinistack, findPython } from "./standin/ministack";
import { ensureVersitygw } from "./versitygw";

let dir: string;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-machine-"));
  before = { ...process.env };
});
afterEach(() => {
  process.env = before;
  rmSync(dir, { recursive: true, force: true });
});

function program(name: string, script: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function node(version: string | undefined): { code: number | null; text: string } {
  const pretend = version ? `Object.defineProperty(process.versions, "node", { value: "${version}" });` : "";
  const check = path.join(__dirname, "../../scripts/checkNode.js");
  const result = spawnSync(process.execPath, ["-e", `${pretend} require(${JSON.stringify(check)})`], {
    encoding: "utf8",
  });
  return { code: result.status, text: result.stderr };
}

describe("a machine that lacks something", () => {
  it("fails when Node is too old, and lets this one through", () => {
    expect(node("18.20.4")).toEqual({
      code: 2,
      text: "backup321: Node 18.20.4 is too old; 20 or later is needed. Install it with your version manager, e.g. `nvm install 20`.\n",
    });
    expect(node(undefined).code).toBe(0);
  });

  it("fails when there is no Python, or only one too old or too new, and takes one that fits", () => {
    const howTo = "install one: apt install python3 python3-pip, or brew install python@3.13";
    expect(() => findPython(["no-such-python"])).toThrow(`stand-in: needs Python 3.11 to 3.14, found none; ${howTo}`);
    const old = program("old", "echo 3.9");
    const future = program("future", "echo 3.15");
    expect(() => findPython([old, future])).toThrow(`found ${old} is 3.9, ${future} is 3.15; ${howTo}`);
    const good = program("good", "echo 3.12");
    expect(findPython([old, good])).toEqual({ python: good, version: "3.12" });
  });

  it("fails when PostgreSQL is not installed, and finds it where it is", () => {
    expect(() => findPostgres([dir])).toThrow(
      "postgres: no folder holds initdb, postgres, pg_dump, pg_restore, psql; install it: apt install postgresql, or brew install postgresql@17",
    );
    expect(existsSync(path.join(findPostgres(), "initdb"))).toBe(true);
  });

  it("fails when the stand-in can't be downloaded, and leaves no half of it", async () => {
    Object.assign(process.env, {
      XDG_CACHE_HOME: dir,
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: dir,
      PIP_CONFIG_FILE: "/dev/null",
    });
    await expect(ensureMinistack()).rejects.toThrow(
      /^stand-in: python3.* ended with 1: [^]*; check the network and pip's package index, then run this again$/,
    );
    expect(spawnSync("find", [dir, "-name", "ministack*"], { encoding: "utf8" }).stdout).toBe("");
  });

  it("fails when versitygw is neither there nor can be built", async () => {
    Object.assign(process.env, { XDG_CACHE_HOME: dir, PATH: dir });
    await expect(ensureVersitygw()).rejects.toThrow(
      "versitygw: there is no versitygw 1.8.0 on PATH and no Go to build it; install one: brew install versitygw, or https://go.dev/dl",
    );
    program("go", 'test "$1" = version || { echo no route to host >&2; exit 1; }');
    await expect(ensureVersitygw()).rejects.toThrow(
      "versitygw: go ended with 1: no route to host; check the network and Go's module proxy, then run this again",
    );
  });
});
