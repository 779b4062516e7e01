import { existsSync } from "node:fs";
import path from "node:path";
import { projectFiles, ROOT, textOf } from "./tree";

const files = projectFiles().filter((f) => existsSync(path.join(ROOT, f)));
const sources = files.filter((f) => /\.(ts|js|mjs|py)$/.test(f));
const PRODUCT = /^(components|runner|policies|examples)\//;
const product = sources.filter((f) => PRODUCT.test(f));

/** Project files that `file` imports, relative to the root, without extension. */
function imports(file: string): string[] {
  const found = [...textOf(file).matchAll(/(?:from|import|require\()\s*"(\.{1,2}\/[^"]+|\.{1,2})"/g)].map((m) => m[1]!);
  return found.map((spec) => path.posix.normalize(path.posix.join(path.posix.dirname(file), spec)));
}

function violations(from: RegExp, isForbidden: (target: string) => boolean): string[] {
  return sources
    .filter((f) => from.test(f))
    .flatMap((f) =>
      imports(f)
        .filter(isForbidden)
        .map((target) => `${f} imports ${target}`),
    );
}

describe("the house", () => {
  it("has files to look at", () => {
    expect(product.length).toBeGreaterThan(40);
    expect(imports("runner/backup.ts")).toContain("runner/contract");
  });

  it("keeps runner/ free of components/, policies/ and tests", () => {
    expect(violations(/^runner\//, (t) => /^(components|policies|test|examples)\b/.test(t))).toEqual([]);
  });

  it("lets components/ see of runner/ only the contract and pure arithmetic of retention and cost", () => {
    const allowed =
      /^runner\/(contract|drillContract|alertContract|freshnessContract|doctorContract|retention|runbook\/(render|facts)|cost\/[a-z]+)$/i;
    expect(violations(/^components\//, (t) => /^runner\b/.test(t) && !allowed.test(t))).toEqual([]);
    expect(violations(/^components\//, (t) => /^(policies|test|examples)\b/.test(t))).toEqual([]);
  });

  it("keeps policies/ free of both", () => {
    expect(violations(/^policies\//, (t) => /^(components|runner|test|examples)\b/.test(t))).toEqual([]);
  });

  it("lets examples/ import the package entry alone", () => {
    expect(violations(/^examples\//, (t) => !t.startsWith("examples/"))).toEqual([]);
  });

  it("lets nobody outside components/ reach into components/internal/", () => {
    expect(violations(/^(?!components\/|test\/components\/).*/, (t) => t.startsWith("components/internal"))).toEqual(
      [],
    );
  });

  it("keeps process exits to the CLI's main file", () => {
    expect(product.filter((f) => textOf(f).includes("process.exit(") && f !== "runner/cli/main.ts")).toEqual([]);
  });

  it("knows no stand-in in any product file", () => {
    const names = /ministack|versitygw|localstack|\bmoto\b|minio|emulator|stand-in|127\.0\.0\.1|localhost/i;
    // The loopback of a task, on which its two containers meet.
    const isLoopbackMeant = (f: string) => f === "components/internal/drill/serverContainer.ts";
    const shipped = files.filter((f) => PRODUCT.test(f) && !isLoopbackMeant(f));
    expect(shipped.filter((f) => names.test(textOf(f)))).toEqual([]);
  });

  it("keeps every file below 300 lines, suites below 400", () => {
    const isData = (f: string) => f === "test/integration/programs/refusals.ts"; // one table, a row for each refusal
    // Cases of a rule are a suite, written as data.
    const limit = (f: string) => (/\.test\.ts$|^test\/policies\/cases\//.test(f) ? 400 : 300);
    const lines = (f: string) => textOf(f).trimEnd().split("\n").length;
    expect(sources.filter((f) => !isData(f) && lines(f) > limit(f))).toEqual([]);
  });

  it("keeps test support smaller than the product", () => {
    const lines = (list: string[]) => list.reduce((sum, f) => sum + textOf(f).split("\n").length, 0);
    const support = lines(sources.filter((f) => /^test\/(support|demo)\//.test(f)));
    expect(support).toBeLessThan(lines(product));
  });
});
