import { awsKmsKeyRotation as rule } from "../../policies/rules/awsKmsKeyRotation";
import { judge, remediate, secret, UNKNOWN_TEXT, type Written } from "./harness";

const key = (props: object, type = "aws:kms/key:Key"): Written => ({ type, name: "k", props });

test.each(["aws:kms/key:Key", "aws-native:kms:Key"])("%s is rotated, and keeps all else", async (type) => {
  for (const off of [{}, { enableKeyRotation: false }]) {
    const description = secret("known to few");
    const props = await remediate(rule, key({ ...off, description, policy: UNKNOWN_TEXT }, type));
    expect(props).toEqual({ description, policy: UNKNOWN_TEXT, enableKeyRotation: true });
    expect(await judge(rule, [key(props!, type)])).toEqual([]);
  }
});

test.each([
  ["rotation that is on", { enableKeyRotation: true }],
  ["rotation that is not known", { enableKeyRotation: UNKNOWN_TEXT }],
  ["an asymmetric key", { customerMasterKeySpec: "RSA_4096" }],
  ["a key whose kind is not known", { keyUsage: UNKNOWN_TEXT }],
])("leaves %s alone", async (_what, props) => {
  expect(await remediate(rule, key(props))).toBeUndefined();
});

test("leaves other resources alone", async () => {
  expect(await remediate(rule, key({}, "aws:kms/externalKey:ExternalKey"))).toBeUndefined();
});
