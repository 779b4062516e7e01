import { TODAY } from "./harness";
import {
  rules as allRules,
  credentialsRules,
  PACKS,
  policiesFor,
  storageRules,
  type PackSettings,
} from "../../policies";

const ids = allRules.map((rule) => rule.name);
const encryption = "aws-s3-bucket-encryption";
const environment = "aws-environment-plaintext-secret";

function levels(settings?: PackSettings): Record<string, string | undefined> {
  return Object.fromEntries(policiesFor(settings).map((rule) => [rule.name, rule.enforcementLevel]));
}

describe("levels", () => {
  test.each([
    ["nothing", undefined, "mandatory", "mandatory"],
    ["an empty object", {}, "mandatory", "mandatory"],
    ["all", { all: "advisory" }, "advisory", "advisory"],
    ["one rule", { [encryption]: "disabled" }, "disabled", "mandatory"],
    ["all and one rule", { all: "advisory", [encryption]: "mandatory" }, "mandatory", "advisory"],
    ["one rule as an object", { [encryption]: { enforcementLevel: "advisory" } }, "advisory", "mandatory"],
    ["an object without a level", { all: "disabled", [encryption]: {} }, "disabled", "disabled"],
    ["one rule as undefined", { all: "advisory", [encryption]: undefined }, "advisory", "advisory"],
    ["remediate", { [encryption]: "remediate" }, "remediate", "mandatory"],
  ] as [string, PackSettings | undefined, string, string][])("given %s", (_given, settings, one, others) => {
    const result = levels(settings);
    expect(result[encryption]).toBe(one);
    // At that level the engine tells it which values are secret; it is as mandatory.
    const asks = others === "mandatory" ? "remediate" : others;
    expect(result["any-resource-hardcoded-credential"]).toBe(asks);
    const rest = ids.filter((id) => id !== encryption && id !== "any-resource-hardcoded-credential");
    expect(new Set(rest.map((id) => result[id]))).toEqual(new Set([others]));
  });

  test("every rule stays in the pack, disabled ones too", () => {
    expect(policiesFor({ all: "disabled" }).map((rule) => rule.name)).toEqual(ids);
  });

  test("the rules given are not changed", () => {
    const before = JSON.stringify(allRules);
    policiesFor({ all: "disabled", [environment]: { allowNames: ["X"] } });
    expect(JSON.stringify(allRules)).toBe(before);
  });

  test("a pack may hold some rules only", () => {
    expect(policiesFor({}, { rules: storageRules }).map((rule) => rule.name)).toEqual(
      storageRules.map((rule) => rule.name),
    );
  });
});

describe("options", () => {
  test("become the defaults of the rule's configuration", () => {
    const rule = policiesFor({ [environment]: { allowNames: ["X_TOKEN"] } }).find((r) => r.name === environment);
    expect(rule?.configSchema?.properties["allowNames"]).toMatchObject({ type: "array", default: ["X_TOKEN"] });
    expect(rule?.enforcementLevel).toBe("mandatory");
  });

  test("not given leave the rule's own defaults", () => {
    const rule = policiesFor({ [environment]: "advisory" }).find((r) => r.name === environment);
    expect(rule?.configSchema?.properties["allowNames"]).toMatchObject({ default: [] });
  });
});

test("fails when settings name no rule, no level or no option, with all problems at once", () => {
  const settings = {
    all: "strict",
    "aws-s3-bucket-encrypted": "mandatory",
    [encryption]: { allow: [] },
    [environment]: { enforcementLevel: "warn", allow: [] },
  } as unknown as PackSettings;
  expect(() =>
    policiesFor(settings, { rules: storageRules.slice(0, 1).concat(credentialsRules[1]!), now: () => TODAY }),
  ).toThrow(
    new Error(
      'policiesFor: "all" has the level "strict"; use one of advisory, mandatory, remediate, disabled; ' +
        'there is no rule "aws-s3-bucket-encrypted"; the rules are aws-s3-bucket-encryption, aws-environment-plaintext-secret; ' +
        '"aws-s3-bucket-encryption" has no option "allow"; it has exemptions, unknownValues; ' +
        '"aws-environment-plaintext-secret" has the level "warn"; use one of advisory, mandatory, remediate, disabled; ' +
        '"aws-environment-plaintext-secret" has no option "allow"; it has allowNames, exemptions, unknownValues',
    ),
  );
});

test("fails when an exemption is not whole", () => {
  const exemptions = [
    { resource: "orders", reason: "moves to another account", owner: "platform", expires: "2027-02-30" },
    { resource: "logs", owner: "platform", because: "old", expires: "2031-01-01" },
    "logs",
  ];
  expect(() => policiesFor({ [encryption]: { exemptions } }, { now: () => TODAY })).toThrow(
    new Error(
      'policiesFor: "aws-s3-bucket-encryption": exemptions[0] (orders): expires must be a day as yyyy-mm-dd, got "2027-02-30"; ' +
        '"aws-s3-bucket-encryption": exemptions[1] (logs) has no reason; ' +
        '"aws-s3-bucket-encryption": exemptions[1] (logs) has no field "because"; it has resource, reason, owner, expires; ' +
        '"aws-s3-bucket-encryption": exemptions[1] (logs): expires 2031-01-01 is 1503 days away; at most 366 are allowed; ' +
        '"aws-s3-bucket-encryption": exemptions[2] must be an object with resource, reason, owner, expires',
    ),
  );
  expect(() => policiesFor({ [encryption]: { exemptions: "logs" } }, { now: () => TODAY })).toThrow(
    new Error('policiesFor: "aws-s3-bucket-encryption": exemptions must be a list'),
  );
});

test("takes an exemption that is whole", () => {
  const exemptions = [{ resource: "logs", reason: "moves away", owner: "platform", expires: "2027-11-20" }];
  const [policy] = policiesFor({ [encryption]: { exemptions } }, { rules: storageRules.slice(0, 1), now: () => TODAY });
  expect(policy?.configSchema?.properties["exemptions"]).toMatchObject({ default: exemptions });
});

test("fails when all is given options", () => {
  expect(() => policiesFor({ all: { enforcementLevel: "advisory" } } as unknown as PackSettings)).toThrow(
    new Error('policiesFor: "all" must be a level; use one of advisory, mandatory, remediate, disabled'),
  );
});

describe("every rule", () => {
  test.each(allRules.map((rule) => [rule.name, rule] as const))("%s says what a reader needs", (_name, rule) => {
    expect(rule.name).toMatch(/^(?:any|aws|backup)(?:-[a-z0-9]+){3,}$/);
    expect(rule.description).toMatch(/\.$/);
    expect(rule.remediationSteps).toMatch(/\.$/);
    expect(rule.url).toMatch(/^https:\/\//);
    expect(rule.framework.reference).toMatch(/^A\.[58]\.\d+$/);
    for (const [option, schema] of Object.entries(rule.options ?? {})) {
      expect([option, schema]).toEqual([
        option,
        expect.objectContaining({
          description: expect.stringMatching(/\.$/) as string,
          default: expect.anything() as unknown,
        }),
      ]);
    }
  });

  test("has an id of its own and belongs to one pack", () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.values(PACKS).flat()).toEqual(allRules);
  });
});
