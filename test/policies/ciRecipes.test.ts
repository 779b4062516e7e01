/** The recipes of examples/ci, as far as reading them can tell. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { policiesFor, type PackSettings } from "../../policies";
import { ROOT, textOf } from "../tree";
import { recipes } from "./ciRecipes";

const FILES = ["examples/ci/github-actions.yml", "examples/ci/gitlab-ci.yml"];
const { github, gitlab } = recipes();

test.each(FILES)("%s names packs that the package has", (file) => {
  const packs = [...textOf(file).matchAll(/node_modules\/pulumi-backup321\/(policies\/\w+)/g)].map(
    (match) => match[1]!,
  );
  expect(packs.length).toBeGreaterThan(0);
  for (const pack of packs) expect(existsSync(join(ROOT, pack, "PulumiPolicy.yaml"))).toBe(true);
});

test("the configuration of the recipes names rules, levels and options that exist", () => {
  const settings = JSON.parse(readFileSync(join(ROOT, "examples/ci/policies.json"), "utf8")) as PackSettings;
  expect(Object.keys(settings).length).toBeGreaterThan(2);
  expect(() => policiesFor(settings)).not.toThrow();
});

test.each(FILES)("%s keeps no key: a role is assumed by the CI's own token", (file) => {
  expect(textOf(file)).not.toMatch(/secrets\.|access[_-]key|PULUMI_ACCESS_TOKEN/i);
});

test("on GitHub the job may read, ask for a token, and nothing else", () => {
  expect(github.whole.permissions).toEqual({ contents: "read", "id-token": "write" });
  expect(Object.keys(github.whole.on)).toEqual(["pull_request"]);
  expect(github.whole.jobs.preview.permissions).toBeUndefined();
});

test("on GitHub every action is pinned by its commit, with the version beside it", () => {
  const uses = textOf(FILES[0]!)
    .split("\n")
    .filter((line) => line.includes("uses:"));
  expect(uses.length).toBeGreaterThan(2);
  for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/);
});

test("on GitLab the token of the job is what the role is assumed with", () => {
  expect(gitlab.whole.policies.id_tokens).toEqual({ AWS_ID_TOKEN: { aud: "sts.amazonaws.com" } });
  expect(gitlab.environment["AWS_WEB_IDENTITY_TOKEN_FILE"]).toBeDefined();
  expect(gitlab.steps[0]!.script).toContain('> "$AWS_WEB_IDENTITY_TOKEN_FILE"');
});
