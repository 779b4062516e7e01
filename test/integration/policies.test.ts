// needs: pulumi, standin
/** What the engine makes of the packs: values that are not known, secrets, packs by themselves. */
import { join } from "node:path";
import { PACKS } from "../../policies";
import { leaked } from "../policies/leaked";
import { findings, startPolicyGround, type PolicyGround } from "./policyGround";

const program = (part: string) => ({ file: join(__dirname, "programs", "policyStacks.ts"), part });

jest.setTimeout(180_000);

let ground: PolicyGround;
beforeAll(async () => {
  ground = await startPolicyGround({ "shop:token": { value: leaked.github, secret: true } });
});
afterAll(() => ground.close());

test("a sound backup by hand passes every rule, without a note", async () => {
  const result = await ground.preview(program("sound"));
  expect({ findings: findings(result), ok: result.ok }).toEqual({ findings: [], ok: true });
});

test("fails when a stack breaks rules of every pack, naming each with its resource and no value", async () => {
  const result = await ground.preview(program("broken"), { packs: Object.keys(PACKS) });
  expect(result.ok).toBe(false);
  expect(findings(result)).toEqual([
    "mandatory any-resource-hardcoded-credential app",
    "mandatory any-resource-hardcoded-credential bare",
    "mandatory aws-cloudwatch-log-group-retention app",
    "mandatory aws-environment-plaintext-secret app",
    "mandatory aws-iam-access-key-forbidden ci",
    "mandatory aws-s3-backup-bucket-force-destroy bare",
    "mandatory aws-s3-backup-bucket-lock bare",
    "mandatory aws-s3-backup-bucket-replication bare",
    "mandatory aws-s3-bucket-encryption bare",
    "mandatory aws-s3-bucket-encryption logs",
    "mandatory aws-s3-bucket-public-access bare",
    "mandatory aws-s3-bucket-public-access logs",
    "mandatory aws-s3-bucket-tls-only bare",
    "mandatory aws-s3-bucket-tls-only logs",
    "mandatory aws-s3-bucket-versioning bare",
  ]);
  for (const value of [leaked.accessKeyId, leaked.github]) {
    expect(result.output + JSON.stringify(result.policyViolations)).not.toContain(value);
  }
  const rulesOf = Object.fromEntries(
    Object.entries(PACKS).map(([pack, rules]) => [pack, rules.map((rule) => rule.name)]),
  );
  const foreign = result.policyViolations.filter(
    ({ pack, policy }) => !rulesOf[pack.replace("backup321-", "")]!.includes(policy),
  );
  expect(foreign).toEqual([]);
});

test("an unknown value does not turn a mandatory rule into an advisory one", async () => {
  const result = await ground.preview(program("unknown"));
  expect(result.ok).toBe(false);
  expect(findings(result)).toEqual([
    "advisory aws-s3-bucket-tls-only shop-backups",
    "advisory aws-s3-bucket-wildcard-principal shop-backups",
    "mandatory any-resource-hardcoded-credential note",
    "mandatory any-resource-hardcoded-credential report",
    "mandatory aws-environment-plaintext-secret report",
  ]);
});

test("fails at the update when what was not known at the preview breaks a rule", async () => {
  const stack = await ground.open(program("withoutTls"));
  const inAdvance = await stack.preview();
  expect({ findings: findings(inAdvance), ok: inAdvance.ok }).toEqual({
    findings: ["advisory aws-s3-bucket-tls-only shop-notes", "advisory aws-s3-bucket-wildcard-principal shop-notes"],
    ok: true,
  });
  let printed = "";
  await expect(stack.up({ onOutput: (text) => (printed += text) })).rejects.toThrow();
  expect(printed).toContain("[mandatory] [severity: medium]  aws-s3-bucket-tls-only  (aws:s3:Bucket: shop-notes)");
});

test("where the SDK marks an argument secret, a literal looks like a secret of the configuration: neither fails", async () => {
  const both = ["secretWhereItBelongs", "literalWhereASecretBelongs"];
  const [secret, literal] = [await ground.preview(program(both[0]!)), await ground.preview(program(both[1]!))];
  expect([secret.ok, literal.ok]).toEqual([true, true]);
  expect(findings(literal)).toEqual(findings(secret));
  // At this level the engine does not say which values are secret.
  const config = { "any-resource-hardcoded-credential": "mandatory" };
  const unmarked = await ground.preview(program(both[0]!), { config });
  expect({ findings: findings(unmarked), ok: unmarked.ok }).toEqual({
    findings: ["advisory any-resource-hardcoded-credential token"],
    ok: true,
  });
  expect(secret.output + literal.output + unmarked.output).not.toContain(leaked.github);
});

test("fails when a secret from the configuration lies where it would be read", async () => {
  const result = await ground.preview(program("secretWhereItIsRead"));
  expect({ findings: findings(result), ok: result.ok }).toEqual({
    findings: ["mandatory any-resource-hardcoded-credential plain"],
    ok: false,
  });
  expect(result.output).not.toContain(leaked.github);
});
