import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findClientProgram } from "../../runner/postgres/clientPrograms";

let dir: string;
beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), "backup321-programs-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program of a major version that no machine has, in a folder for PATH. */
function program(folder: string, name: string, major: number): string {
  mkdirSync(path.join(dir, folder), { recursive: true });
  const file = path.join(dir, folder, name);
  writeFileSync(file, `#!/bin/sh\necho "pg_dump (PostgreSQL) ${major}.1"\n`);
  chmodSync(file, 0o755);
  return file;
}

const find = (...folders: string[]) => {
  const paths = folders.map((folder) => path.join(dir, folder));
  return findClientProgram("pg_dump", 901, { PATH: [...paths, "/usr/bin", "/bin"].join(path.delimiter) });
};

describe("the client program for a server", () => {
  it("is the lowest major that is not older than the server", async () => {
    const fit = program("b", "pg_dump", 902);
    program("a", "pg_dump", 903);
    program("c", "pg_dump", 900);
    expect(await find("a", "b", "c")).toEqual({ path: fit, version: "902.1", major: 902 });
  });

  it("is not Debian's wrapper, which chooses another version when it is run with other settings", async () => {
    const wrapper = program("share", "pg_wrapper", 901);
    mkdirSync(path.join(dir, "wrapped"));
    symlinkSync(wrapper, path.join(dir, "wrapped", "pg_dump"));
    const real = program("real", "pg_dump", 902);
    expect((await find("wrapped", "real")).path).toBe(real);
  });

  it("may be a link to a program of one version", async () => {
    const real = program("real", "pg_dump-901", 901);
    mkdirSync(path.join(dir, "linked"));
    symlinkSync(real, path.join(dir, "linked", "pg_dump"));
    expect((await find("linked")).major).toBe(901);
  });
});
