import { awsCloudwatchLogGroupRetention } from "../../../policies/rules/awsCloudwatchLogGroupRetention";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

const refused = (got: string): string => `"app": retentionInDays must be set, got ${got}; set it to 90, say.`;
const group = (props: object, type = "aws:cloudwatch/logGroup:LogGroup"): Written[] => [{ type, name: "app", props }];
const spelling = (type: string): RuleCase[] => [
  { name: `passes as ${type}`, stack: group({ retentionInDays: 30 }, type), expect: [] },
  { name: `fails as ${type}`, stack: group({}, type), expect: [refused("nothing")] },
];

export const cases: RuleCases = {
  rule: awsCloudwatchLogGroupRetention,
  compliant: [
    { name: "a log group with an end passes", stack: group({ retentionInDays: 1 }), expect: [] },
    {
      name: "class DELIVERY, whose retention is its own, passes",
      stack: group({ logGroupClass: "DELIVERY" }),
      expect: [],
    },
    { name: "other resources pass", stack: group({}, "aws:s3/bucket:Bucket"), expect: [] },
  ],
  violations: [
    { name: "fails without retention", stack: group({}), expect: [refused("nothing")] },
    {
      name: "fails with 0, which is for ever",
      stack: group({ retentionInDays: 0 }),
      expect: [refused("0, which is for ever")],
    },
    {
      name: "fails in another class",
      stack: group({ logGroupClass: "INFREQUENT_ACCESS" }),
      expect: [refused("nothing")],
    },
  ],
  spellings: [...spelling("aws:cloudwatch/logGroup:LogGroup"), ...spelling("aws-native:logs:LogGroup")],
  unknowns: [
    {
      name: "days that are not known are noted",
      stack: group({ retentionInDays: UNKNOWN_TEXT }),
      expect: ['note: "app": retentionInDays is not known yet; it is judged at the update.'],
    },
    {
      name: "fails without days, which the provider fills in",
      stack: group({}),
      outputs: group({ retentionInDays: UNKNOWN_TEXT }),
      expect: [refused("nothing")],
    },
  ],
  secrets: [
    {
      name: "fails with a name that is secret",
      stack: group({ name: secret("known-to-few") }),
      expect: [refused("nothing")],
    },
  ],
};
