import { isAbout, managedPolicyDocument, statementsOf, type IamStatement } from "../../policies/iamStatements";
import { matchesWildcards } from "../../policies/wildcards";
import { UNKNOWN } from "../../policies/unknowns";
import { allow, document } from "./backupStacks";
import { UNKNOWN_TEXT } from "./harness";

/** The first statement of a document that is known. */
function known(written: unknown): IamStatement {
  const statements = statementsOf(written);
  if (statements === UNKNOWN) throw new Error("the document is not known");
  return statements[0]!;
}

test.each([
  ["s3:PutObject", "s3:PutObject", true],
  ["S3:putobject", "s3:PutObject", true],
  ["s3:Put*", "s3:PutObject", true],
  ["s3:*Object", "s3:PutObject", true],
  ["*", "s3:PutObject", true],
  ["s3:P?tObject", "s3:PutObject", true],
  ["s3:PutObjec", "s3:PutObject", false],
  ["s3:PutObject", "s3:PutObjectAcl", false],
  ["s3.PutObject", "s3:PutObject", false],
  ["s3:P?utObject", "s3:PutObject", false],
  ["shop.backups", "shop-backups", false],
  ["shop(backups", "shop(backups", true],
])("the pattern %s and %s: %p", (pattern, text, expected) => {
  expect(matchesWildcards(pattern, text, "IAM")).toBe(expected);
});

test("a statement says what it covers, for one of each or a list", () => {
  expect(known(document(allow("s3:Get*", "arn:a")))).toEqual({
    isAllow: true,
    actions: ["s3:Get*"],
    isNotAction: false,
    resources: ["arn:a"],
    isAnyResource: false,
    isConditional: false,
  });
  const denial = {
    Statement: { Effect: "Deny", NotAction: ["s3:Get*"], NotResource: "arn:a", Condition: {} },
  };
  expect(known(denial)).toEqual({
    isAllow: false,
    actions: ["s3:Get*"],
    isNotAction: true,
    resources: [],
    isAnyResource: true,
    isConditional: true,
  });
});

test("NotAction is about everything that it does not name", () => {
  const all = known({ Statement: [{ Effect: "Allow", NotAction: "s3:Get*", Resource: "*" }] });
  expect(isAbout(all, "s3:GetObject")).toBe(false);
  expect(isAbout(all, "s3:PutObject")).toBe(true);
});

test("what is not known is unknown as a whole, or one resource of it", () => {
  expect(statementsOf(UNKNOWN)).toBe(UNKNOWN);
  expect(statementsOf({ Statement: UNKNOWN_TEXT })).toBe(UNKNOWN);
  expect(statementsOf({ Statement: [allow("s3:*", [UNKNOWN_TEXT, "arn:a"])] })).toMatchObject([
    { resources: [UNKNOWN, "arn:a"] },
  ]);
  expect(statementsOf({ Statement: [allow("s3:*", UNKNOWN_TEXT)] })).toMatchObject([
    { resources: [UNKNOWN], isAnyResource: false },
  ]);
});

test.each([undefined, "", "{", "[]", "7", { Statement: ["x", null] }])("%p has no statements", (written) => {
  expect(statementsOf(written)).toEqual([]);
});

test("of AWS's managed policies those that administer S3 are known, in every partition", () => {
  expect(managedPolicyDocument("arn:aws-us-gov:iam::aws:policy/AmazonS3FullAccess")).toBeDefined();
  expect(managedPolicyDocument("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")).toBeUndefined();
  expect(managedPolicyDocument("arn:aws:iam::123456789012:policy/AdministratorAccess")).toBeUndefined();
  expect(managedPolicyDocument("arn:aws:iam::aws:policy/job-function/AdministratorAccess-Amplify")).toBeUndefined();
});
