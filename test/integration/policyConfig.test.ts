// needs: pulumi, standin
/** What the engine makes of a pack's configuration: options, exemptions, levels, and what is wrong in them. */
import { join } from "node:path";
import { findings, startPolicyGround, type PolicyGround } from "./policyGround";

const program = (part: string) => ({ file: join(__dirname, "programs", "policyStacks.ts"), part });
const RULE = "aws-s3-bucket-public-access";
const REFUSED = `mandatory ${RULE} documents`;
const OFF =
  'aws.s3.Bucket "documents": its public access block leaves blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets off; set all four to true.';
const DAY_MS = 86_400_000;
/** The pack asks the clock itself. */
const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const exemption = (expires?: string) => ({
  resource: "documents",
  reason: "served by a gateway until it moves",
  owner: "platform",
  ...(expires === undefined ? {} : { expires }),
});

jest.setTimeout(180_000);

let ground: PolicyGround;
beforeAll(async () => {
  ground = await startPolicyGround();
});
afterAll(() => ground.close());

/** A preview of a bucket that is open, with that setting of the rule. */
async function judged(setting: unknown, part = "open") {
  const result = await ground.preview(program(part), { config: { [RULE]: setting } });
  // The first line of a message is the rule's description.
  const messages = result.policyViolations.map(({ message }) => message.split("\n").at(-1)!).sort();
  return { ok: result.ok, findings: findings(result), messages, output: result.output };
}

test("fails when a rule is given an option that it does not have, by naming those that it has", async () => {
  const result = await judged({ allow: ["documents"] });
  expect(result.ok).toBe(false);
  expect(result.findings).toEqual([REFUSED, `mandatory ${RULE} shop-dev`]);
  expect(result.messages).toEqual([
    OFF,
    `the configuration of ${RULE}: there is no option "allow"; there are exemptions, unknownValues.`,
  ]);
});

test("a rule id that no pack has changes nothing: the engine says no word of it", async () => {
  const result = await ground.preview(program("open"), { config: { "aws-s3-bucket-public-acces": "disabled" } });
  expect(findings(result)).toEqual([REFUSED]);
});

test("fails when an exemption has no expiry, before anything is judged", async () => {
  const { ok, findings: found, output } = await judged({ exemptions: [exemption()] });
  expect({ ok, found }).toEqual({ ok: false, found: [] });
  expect(output).toContain(`${RULE}: exemptions.0: expires is required`);
});

test("fails when an exemption has ended, and tells whose it was", async () => {
  const ended = daysFromNow(-2);
  const result = await judged({ exemptions: [exemption(ended)] });
  expect(result.ok).toBe(false);
  expect(result.findings).toEqual([REFUSED, REFUSED]);
  expect(result.messages).toEqual([
    OFF,
    `the exemption of "documents" (platform: served by a gateway until it moves) ended with ${ended}; mend the resource, or renew the exemption.`,
  ]);
});

test("an exemption that holds lets the resource through in silence, and one that ends soon with a note", async () => {
  const holds = await judged({ exemptions: [exemption(daysFromNow(100))] });
  expect({ ok: holds.ok, messages: holds.messages }).toEqual({ ok: true, messages: [] });
  const soon = daysFromNow(10);
  const ends = await judged({ exemptions: [exemption(soon)] });
  expect({ ok: ends.ok, findings: ends.findings, messages: ends.messages }).toEqual({
    ok: true,
    findings: [`advisory ${RULE} documents`],
    messages: [`the exemption of "documents" (platform: served by a gateway until it moves) ends with ${soon}.`],
  });
});

test("fails when a value is not known and the rule is told to refuse that", async () => {
  const config = { "aws-s3-bucket-tls-only": { unknownValues: "refuse" } };
  const result = await ground.preview(program("withoutTls"), { config });
  expect({ ok: result.ok, findings: findings(result) }).toEqual({
    ok: false,
    findings: ["advisory aws-s3-bucket-wildcard-principal shop-notes", "mandatory aws-s3-bucket-tls-only shop-notes"],
  });
});

test("at the level remediate the resource is mended, and the preview says so", async () => {
  const result = await ground.preview(program("open"), { config: { [RULE]: "remediate" } });
  expect({ ok: result.ok, findings: findings(result) }).toEqual({ ok: true, findings: [] });
  expect(result.output).toContain(`- [remediate]  ${RULE}  (1 resource)`);
  const block = result.planned.find(({ type }) => type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")!;
  expect(block.inputs).toMatchObject({
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
});

test("at the level remediate what needs no mending passes without a word", async () => {
  const config = { [RULE]: "remediate", "aws-kms-key-rotation": "remediate", "aws-s3-bucket-tls-only": "remediate" };
  const result = await ground.preview(program("sound"), { config });
  expect({ ok: result.ok, findings: findings(result) }).toEqual({ ok: true, findings: [] });
  expect(result.output).not.toContain("remediate");
});
