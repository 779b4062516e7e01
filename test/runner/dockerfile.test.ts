import { validate } from "dockerfile-utils";
import { textOf } from "../tree";

const FILE = "runner/Dockerfile";

/** What a general linter does not ask for: each rule says what it found, or nothing. */
const RULES: Record<string, (lines: string[]) => string[]> = {
  "an image without a tag, or the tag latest": (lines) =>
    lines.filter(
      (line) => /^FROM /.test(line) && !/^FROM [\w./-]+(:(?!latest\b)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(line),
    ),
  "a last user that is root or has a name": (lines) =>
    lines
      .filter((line) => /^USER /.test(line))
      .at(-1)
      ?.match(/^USER [1-9]\d*:[1-9]\d*$/)
      ? []
      : ["USER"],
  "a shell between the engine's signals and the runner": (lines) =>
    lines.filter((line) => /^(ENTRYPOINT|CMD) /.test(line) && !/^\w+ \[".*"\]$/.test(line)),
  "a download that nothing checks": (lines) =>
    lines.filter((line) => /^ADD |curl -(?!fsSL --proto =https )|wget /.test(line)),
  "packages beyond those that are named": (lines) =>
    lines
      .filter((line) => /apt-get install /.test(line))
      .filter((line) =>
        line.split("&&").some((part) => part.includes("apt-get install") && !part.includes("--no-install-recommends")),
      ),
  "a copy of more than one file": (lines) =>
    lines.filter((line) => /^COPY /.test(line) && !/^COPY (?!\.)[\w./-]+\.\w+ \/\S+$/.test(line)),
};

/** Instructions, one to a line, without comments. */
const instructions = (text: string) =>
  text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "");

const complaints = (text: string) => [
  ...validate(text).map((diagnostic) => diagnostic.message),
  ...Object.entries(RULES).flatMap(([rule, find]) => find(instructions(text)).map(() => rule)),
];

describe("the runner's Dockerfile", () => {
  const good = textOf(FILE);

  it("has nothing that the linter or our own rules complain about", () => {
    expect(complaints(good)).toEqual([]);
  });

  it.each([
    ["an unknown instruction", /^USER/m, "USR", "Unknown instruction: USR"],
    ["no base", /^FROM .*$/m, "", "No source image provided with `FROM`"],
    ["a base without a tag", /^(FROM node):.*$/m, "$1", "an image without a tag, or the tag latest"],
    ["the latest base", /^(FROM node):.*$/m, "$1:latest", "an image without a tag, or the tag latest"],
    ["root", /^USER .*$/m, "USER 0:0", "a last user that is root or has a name"],
    [
      "a shell entry point",
      /^ENTRYPOINT .*$/m,
      "ENTRYPOINT node /opt/x.js",
      "a shell between the engine's signals and the runner",
    ],
    ["an unchecked download", /curl -fsSL --proto =https/, "curl -L", "a download that nothing checks"],
    ["recommended packages", / --no-install-recommends/, "", "packages beyond those that are named"],
    ["the whole folder", /^COPY .*$/m, "COPY . /opt/backup321", "a copy of more than one file"],
  ])("fails when it has %s", (_, from, to, complaint) => {
    expect(good).toMatch(from);
    expect(complaints(good.replace(from, to))).toContain(complaint);
  });

  it("names a client for every supported major of PostgreSQL", () => {
    expect([...good.matchAll(/postgresql-client-(\d+)/g)].map((m) => Number(m[1]))).toEqual([14, 15, 16, 17, 18]);
  });

  it("sends to the builder what it copies, and nothing else", () => {
    const sources = [...good.matchAll(/^COPY (\S+) /gm)].map((m) => m[1]!);
    const ignore = textOf(`${FILE}.dockerignore`)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(ignore).toEqual(["*", ...sources.map((source) => `!${source}`)]);
  });
});
