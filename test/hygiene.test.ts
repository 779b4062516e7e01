import { existsSync } from "node:fs";
import path from "node:path";
import { projectFiles, ROOT, textOf } from "./tree";

// Assembled here, so that this file does not match itself.
const join = (...pieces: string[]) => pieces.join("");
const FORBIDDEN: Record<string, RegExp> = {
  "an AWS access key id": new RegExp(join("\\b(AK", "IA|AS", "IA)[A-Z2-7]{16}\\b")),
  "a private key": new RegExp(join("-----BEGIN ", "(?:[A-Z]+ )?PRIVATE KEY")),
  "a GitHub token": new RegExp(join("\\bgh", "[pousr]_[A-Za-z0-9]{36}")),
  "a Slack token": new RegExp(join("xo", "x[abprs]-[0-9A-Za-z-]{10,}")),
  "a password in a URL": new RegExp(join("[a-z]+:", "//[^\\s:@/$`{]+:[^\\s@/$`{]{3,}@[a-z0-9]")),
  "a path of one machine": new RegExp(join("(^|[^A-Za-z0-9_.])/(wo", "rk|ro", "ot|home/[a-z]+)/")),
  "a registry host": new RegExp(join("registry\\.npm", "js|py", "pi\\.org|proxy\\.gol", "ang|repo1?\\.mav", "en")),
  "a mark of unfinished work": new RegExp(join("\\b(TO", "DO|FIX", "ME|XX", "X)\\b")),
  "a test that never runs": new RegExp(join("\\b(it|test|describe)\\.(sk", "ip|on", "ly|to", "do)\\b")),
};
const files = projectFiles().filter((f) => existsSync(path.join(ROOT, f)) && f !== "LICENSE");

describe("the project's files", () => {
  it("are found", () => {
    expect(files).toContain("package.json");
    expect(files.length).toBeGreaterThan(80);
  });

  it.each(Object.entries(FORBIDDEN))("hold no %s", (_, pattern) => {
    expect(files.filter((f) => pattern.test(textOf(f)))).toEqual([]);
  });

  it("have patterns that find what they forbid", () => {
    const samples: Record<string, string> = {
      "an AWS access key id": join("AK", "IA", "QRSTUVWXYZ234567"),
      "a private key": join("-----BEGIN RSA ", "PRIVATE KEY-----"),
      "a GitHub token": join("gh", "p_", "a".repeat(36)),
      "a Slack token": join("xo", "xb-1234567890-abc"),
      "a password in a URL": join("postgres:", "//app:hunter22@db"),
      "a path of one machine": join(" /ro", "ot/.cache"),
      "a registry host": join("https://registry.npm", "js.org/x"),
      "a mark of unfinished work": join("// TO", "DO later"),
      "a test that never runs": join("it.sk", "ip("),
    };
    for (const [name, pattern] of Object.entries(FORBIDDEN))
      expect([name, pattern.test(samples[name]!)]).toEqual([name, true]);
  });
});
