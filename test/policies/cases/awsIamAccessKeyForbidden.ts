import { awsIamAccessKeyForbidden } from "../../../policies/rules/awsIamAccessKeyForbidden";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";

const TYPE = "aws:iam/accessKey:AccessKey";
const REFUSED = 'aws.iam.AccessKey "ci" is a long-lived access key; remove it and use a role instead.';

export const cases: RuleCases = {
  rule: awsIamAccessKeyForbidden,
  compliant: [
    {
      name: "users and roles without keys pass",
      stack: [
        { type: "aws:iam/user:User", name: "ci", props: {} },
        { type: "aws:iam/role:Role", name: "task", props: { assumeRolePolicy: "{}" } },
      ],
      expect: [],
    },
  ],
  violations: [
    { name: "fails with a key", stack: [{ type: TYPE, name: "ci", props: { user: "ci" } }], expect: [REFUSED] },
  ],
  spellings: [
    { name: "fails as aws.iam.AccessKey", stack: [{ type: TYPE, name: "ci", props: {} }], expect: [REFUSED] },
  ],
  unknowns: [
    {
      name: "fails whoever the user will be",
      stack: [{ type: TYPE, name: "ci", props: { user: UNKNOWN_TEXT } }],
      expect: [REFUSED],
    },
  ],
  secrets: [
    {
      name: "fails with a user that is secret",
      stack: [{ type: TYPE, name: "ci", props: { user: secret("robot-of-shop") } }],
      expect: [REFUSED],
    },
  ],
};
