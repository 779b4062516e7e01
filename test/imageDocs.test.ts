import { createRequire } from "node:module";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { byName, registered, settle, startMocks } from "./components/mocks";
import { ROOT, textOf } from "./tree";

const page = textOf("docs/image.md");

/** Runs the page's CodeBuild program, as a reader does who copies it. */
async function runCodeBuildProgram(): Promise<void> {
  const program = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]!).find((t) => t.includes("codebuild"))!;
  const { code } = transformSync(program, { loader: "ts", format: "cjs" });
  await startMocks();
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function("require", "module", "exports", code)(jest.requireActual, { exports: {} }, {});
  await settle();
}

describe("docs/image.md", () => {
  it("has a CodeBuild program that builds the package's Dockerfile and may push to its own repository alone", async () => {
    await runCodeBuildProgram();
    expect(
      registered
        .map((r) => r.type)
        .filter((type) => type.startsWith("aws:"))
        .sort(),
    ).toEqual([
      "aws:codebuild/project:Project",
      "aws:ecr/repository:Repository",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
    ]);
    const { Statement } = JSON.parse(byName("backup321-runner", "RolePolicy").inputs.policy) as { Statement: any[] };
    expect(Statement.filter((s) => s.Resource === "*").map((s) => s.Action)).toEqual(["ecr:GetAuthorizationToken"]);
    expect(JSON.stringify(Statement)).not.toMatch(/"[a-z]+:\*"/);
    const { source, environment } = byName("backup321-runner", "Project").inputs;
    expect(environment).toMatchObject({ type: "ARM_CONTAINER", privilegedMode: true });
    const yaml = createRequire(join(ROOT, "_"))("js-yaml") as { load(text: string): any };
    const { commands } = yaml.load(source.buildspec).phases.build as { commands: string[] };
    const { version } = JSON.parse(textOf("package.json")) as { version: string };
    expect(commands).toContain(`npm pack pulumi-backup321@${version}`);
    expect(commands).toContain(
      `docker build --pull --file package/runner/Dockerfile --tag "$REPOSITORY:${version}" package`,
    );
    expect(commands.find((c) => c.includes("docker login"))).toContain('"${REPOSITORY%%/*}"');
  });

  it("names files, arguments and outputs as they are", () => {
    for (const word of ["runner/Dockerfile", ".github/workflows/release.yml"]) expect(page).toContain(word);
    expect(textOf("runner/Dockerfile")).toContain("ARG RDS_CA_SHA256=");
    expect(textOf("runner/Dockerfile")).toContain("-o /opt/backup321/rds-ca.pem");
    expect(textOf("components/runnerImage.ts")).toContain("readonly imageRef:");
  });
});
