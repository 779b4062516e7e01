import { awsIamAccessKeyForbidden as rule } from "../../../policies/rules/awsIamAccessKeyForbidden";
import { judgeResource, UNKNOWN_TEXT } from "../harness";

test("fails when the stack creates an access key, whatever is known of it", async () => {
  for (const user of ["ci", UNKNOWN_TEXT]) {
    expect(await judgeResource(rule, { type: "aws:iam/accessKey:AccessKey", name: "ci", props: { user } })).toEqual([
      'aws.iam.AccessKey "ci" is a long-lived access key; remove it and use a role instead.',
    ]);
  }
});

test("lets users and roles through", async () => {
  for (const type of ["aws:iam/user:User", "aws:iam/role:Role"]) {
    expect(await judgeResource(rule, { type, name: "ci", props: {} })).toEqual([]);
  }
});
