import { awsKmsKeyRotation } from "../../../policies/rules/awsKmsKeyRotation";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const refused = (got: string): string => `"k": enableKeyRotation must be true, got ${got}; set it.`;
const LATER = 'note: "k": whether the key is rotated, or can be, is not known yet; it is judged at the update.';
const key = (props: object, type = "aws:kms/key:Key"): Written[] => [{ type, name: "k", props }];
const spelling = (type: string): RuleCase[] => [
  { name: `passes as ${type}`, stack: key({ enableKeyRotation: true }, type), expect: [] },
  { name: `fails as ${type}`, stack: key({}, type), expect: [refused("nothing")] },
];

export const cases: RuleCases = {
  rule: awsKmsKeyRotation,
  compliant: [
    { name: "a key with rotation passes", stack: key({ enableKeyRotation: true }), expect: [] },
    ...[
      { customerMasterKeySpec: "RSA_3072" },
      { keySpec: "HMAC_256" },
      { keyUsage: "SIGN_VERIFY" },
      { origin: "EXTERNAL" },
      { customKeyStoreId: "cks-1" },
      { xksKeyId: "x" },
    ].map((props) => ({ name: `KMS cannot rotate ${JSON.stringify(props)}`, stack: key(props), expect: [] })),
    {
      name: "imported material, replicas and other resources pass",
      stack: ["aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey", "aws:s3/bucket:Bucket"].flatMap(
        (type) => key({}, type),
      ),
      expect: [],
    },
  ],
  violations: [
    { name: "fails without rotation", stack: key({}), expect: [refused("nothing")] },
    { name: "fails with rotation off", stack: key({ enableKeyRotation: false }), expect: [refused("false")] },
    {
      name: "fails with the symmetric defaults spelled out",
      stack: key({ customerMasterKeySpec: "SYMMETRIC_DEFAULT", keyUsage: "ENCRYPT_DECRYPT", origin: "AWS_KMS" }),
      expect: [refused("nothing")],
    },
  ],
  spellings: [...spelling("aws:kms/key:Key"), ...spelling("aws-native:kms:Key")],
  unknowns: [
    {
      name: "rotation that is not known is noted",
      stack: key({ enableKeyRotation: UNKNOWN_TEXT }),
      expect: [LATER],
    },
    {
      name: "a kind of key that is not known is noted",
      stack: key({ keySpec: UNKNOWN_TEXT }),
      expect: [LATER],
    },
    {
      name: "a key that cannot be rotated passes whatever else is not known",
      stack: key({ keySpec: UNKNOWN_TEXT, keyUsage: "SIGN_VERIFY" }),
      expect: [],
    },
    {
      name: "a key with rotation passes whatever its kind",
      stack: key({ enableKeyRotation: true, keySpec: UNKNOWN_TEXT }),
      expect: [],
    },
    {
      name: "fails without rotation, whatever the provider fills in",
      stack: key({}),
      outputs: key({ enableKeyRotation: UNKNOWN_TEXT, keySpec: UNKNOWN_TEXT }),
      expect: [refused("nothing")],
    },
  ],
  secrets: [
    {
      name: "fails with a policy that is secret",
      stack: key({ policy: secret("known-to-few") }),
      expect: [refused("nothing")],
    },
  ],
};
