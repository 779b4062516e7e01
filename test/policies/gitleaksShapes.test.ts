import { GITLEAKS_SHAPES } from "../../policies/search/gitleaksShapes";
import { patternOf, rulesOf, shapesFile } from "../../scripts/gitleaksShapes";

const rule = (id: string, regex: string, rest = ""): string =>
  `[[rules]]\nid = "${id}"\nregex = '''${regex}'''\n${rest}`;

test("the rules are read with their entropies and file names", () => {
  const toml = `title = "x"\n${rule("a", "b", "entropy = 3.5\n")}${rule("c", "d", "path = '''e'''\n")}`;
  expect(rulesOf(toml)).toEqual([
    { id: "a", regex: "b", entropy: 3.5, path: false },
    { id: "c", regex: "d", entropy: 0, path: true },
  ]);
});

test.each([
  ["(?i)\\b(npm_[a-z0-9]{4})(?:[\\x60'\"\\s;]|\\\\[nr]|$)", "\\b(npm_[A-Za-z0-9]{4})(?![\\w-])"],
  ["x_[a-f](?i)[a-f](?-i:acc)", "x_[a-f][A-Fa-f](?:acc)"],
  ["\\b(pat[[:alnum:]]{3})\\b", "\\b(pat[A-Za-z0-9]{3})\\b"],
  ["(~[\\w-]{4})(?:[^\\w-]|\\z)", "(~[\\w-]{4})(?![\\w-])"],
  ["https://[a-z/]", "https:\\/\\/[a-z/]"],
  ["SG\\.[a-z=_\\-\\.]{2}\\-[0-9\\-]", "SG\\.[a-z=_\\-.]{2}-[0-9-]"],
])("the Go pattern %s becomes %s", (go, javascript) => {
  expect(patternOf(go)).toBe(javascript);
  expect(() => new RegExp(javascript)).not.toThrow();
});

test("rules that need a keyword, a file's name, or are left out by name, are not taken", () => {
  const toml = [
    rule("new-issuer-api-key", "new-[a-z]{4}", "entropy = 2\n"),
    rule("some-token", "[\\w.-]{0,50}?(?:some)x"),
    rule("other-token", "other-x", "path = '''y'''\n"),
    rule("jwt", "eyJ"),
  ].join("");
  expect(
    shapesFile(toml, "v1")
      .split("\n")
      .filter((line) => line.startsWith("[")),
  ).toEqual(['["New key", ["new-"], /new-[a-z]{4}/g, 2],']);
});

test("fails when a pattern begins with no fixed text", () => {
  expect(() => shapesFile(rule("vague", "[a-z]{32}"), "v1")).toThrow(
    new Error("gitleaksShapes: vague begins with no fixed text ([a-z]{32}); name one in HINTS"),
  );
});

test("the table holds the rules of a hundred issuers and more, each with a hint of three characters", () => {
  expect(GITLEAKS_SHAPES.length).toBeGreaterThan(90);
  expect(GITLEAKS_SHAPES.filter(([, hints]) => hints.length === 0 || hints.some((hint) => hint.length < 3))).toEqual(
    [],
  );
  expect(GITLEAKS_SHAPES.filter(([, , pattern]) => pattern.flags !== "g")).toEqual([]);
});
