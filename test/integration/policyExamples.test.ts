// needs: pulumi, standin
/** Each example on the real engine with the pack `all`: those in examples/rejected break their own rule alone, the others none. */
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { rules } from "../../policies";
import { EXAMPLE_CONFIG } from "../components/exampleConfig";
import type { PreviewResult } from "../support/engine/runStack";
import { ROOT } from "../tree";
import { findings, startPolicyGround, type PolicyGround } from "./policyGround";

/** Whoever runs the preview must be among them. */
const ADMINISTRATORS = '["arn:aws:iam::123456789012:root"]';
const OTHER_ACCOUNT = "222222222222";

jest.setTimeout(600_000);

let ground: PolicyGround;
const previews = new Map<string, Promise<PreviewResult>>();

/** The role that examples/cross-account assumes, in the account of that number. */
async function makeReplicaRole({ bench }: PolicyGround): Promise<void> {
  const { secretAccessKey } = bench.standin.rootCredentials;
  const iam = new IAMClient(bench.as({ accessKeyId: OTHER_ACCOUNT, secretAccessKey }));
  const document = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: statement });
  const principal = { AWS: `arn:aws:iam::${bench.standin.accountId}:root` };
  const trust = document({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" });
  const RoleName = "backup-replica";
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  const PolicyDocument = document({ Effect: "Allow", Action: "*", Resource: "*" });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
}

const exampleFile = (example: string): string => join(ROOT, "examples", `${example}.ts`);
const others = Object.keys(EXAMPLE_CONFIG);
const mandatory = (result: PreviewResult): string[] =>
  findings(result).filter((finding) => !finding.startsWith("advisory "));

beforeAll(async () => {
  // One project for all: where two examples have a setting of the same name, they have the same value.
  const settings = Object.assign({}, ...Object.values(EXAMPLE_CONFIG), {
    adminPrincipalArns: ADMINISTRATORS,
  }) as object;
  const config = Object.entries(settings).map(([key, value]) => [`shop:${key}`, { value: value as string }] as const);
  ground = await startPolicyGround(Object.fromEntries(config), 2);
  await makeReplicaRole(ground);
  const programs = [...others.map((name) => `${name}/index`), ...rules.map(({ name }) => `rejected/${name}`)];
  for (const example of programs) {
    const preview = ground.preview({ file: exampleFile(example) });
    // Its own test says so when it fails.
    preview.catch(() => undefined);
    previews.set(example, preview);
  }
});
afterAll(() => ground.close());

test.each(others)("examples/%s keeps to every rule", async (example) => {
  const result = (await previews.get(`${example}/index`))!;
  expect({ mandatory: mandatory(result), ok: result.ok, output: result.ok ? "" : result.output }).toEqual({
    mandatory: [],
    ok: true,
    output: "",
  });
  expect(result.changes["create"]).toBeGreaterThan(60);
  const notes = result.policyViolations.map(({ message }) => message);
  expect(notes.filter((note) => !note.includes("not known yet"))).toEqual([]);
});

test.each(rules.map(({ name }) => name))("fails when %s is broken, with that violation alone", async (rule) => {
  const result = (await previews.get(`rejected/${rule}`))!;
  expect({ mandatory: mandatory(result), ok: result.ok }).toEqual({
    mandatory: [expect.stringMatching(`^mandatory ${rule} `)],
    ok: false,
  });
});
