import { GetRoleCommand, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { type DoctorCheck, examineEach, primaryRegion, unless } from "./check";

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Roles of the tasks: only ECS assumes them, and nobody attached a policy to them. What they may do, `--attack` tries. */
export const roles: DoctorCheck = {
  id: "role",
  run: (context) => {
    const { dumpRoleArns, verifyRoleArns, drillRoleArns } = context.stack;
    const lists = [dumpRoleArns, verifyRoleArns, drillRoleArns];
    const arns = lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
    return examineEach(context, "role", arns, roleName, async (arn) => {
      const { iam } = context.clients(primaryRegion(context));
      const RoleName = roleName(arn);
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
      const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "%7B%7D")) as {
        Statement?: { Effect?: string; Principal?: unknown }[];
      };
      const trusted = (trust.Statement ?? []).filter(({ Effect }) => Effect === "Allow").map((one) => one.Principal);
      const isEcs = (principal: unknown) => JSON.stringify(principal) === '{"Service":"ecs-tasks.amazonaws.com"}';
      return {
        ok: "trusted by ECS alone, nothing attached",
        problems: unless(
          [trusted.length > 0 && trusted.every(isEcs), `it is trusted by ${JSON.stringify(trusted)}, not by ECS alone`],
          [
            AttachedPolicies.length === 0,
            `somebody attached ${AttachedPolicies.map((one) => one.PolicyName).join(", ")} to it`,
          ],
        ),
      };
    });
  },
};
