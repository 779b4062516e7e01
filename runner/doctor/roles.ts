import {
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { type DoctorCheck, examineEach, primaryRegion, unless } from "./check";

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** What Pulumi puts behind a logical name. */
const SUFFIX = "-[0-9a-f]{7}";

/** Inline policies of a role that the component did not write: its own is one, named after the role, `<role>-policy`. */
export function foreignPolicies(role: string, policyNames: readonly string[]): string[] {
  const stem = role.replace(new RegExp(`${SUFFIX}$`), "");
  const isOwn = (name: string) =>
    name.startsWith(`${stem}-policy`) && new RegExp(`^(${SUFFIX})?$`).test(name.slice(`${stem}-policy`.length));
  const own = policyNames.filter(isOwn);
  // Whoever adds a second one by that pattern is found as well: nobody can tell which is whose.
  return policyNames.filter((name) => own.length > 1 || !isOwn(name));
}

async function inlinePolicies(iam: Pick<IAMClient, "send">, RoleName: string): Promise<string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const answer = await iam.send(new ListRolePoliciesCommand({ RoleName, Marker }));
    names.push(...(answer.PolicyNames ?? []));
    Marker = answer.IsTruncated ? answer.Marker : undefined;
  } while (Marker !== undefined);
  return names;
}

/**
 * Roles of the tasks: only ECS assumes them, and they have the component's policy and no other. What they may do, `--attack` tries.
 */
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
      const foreign = foreignPolicies(RoleName, await inlinePolicies(iam, RoleName));
      const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "%7B%7D")) as {
        Statement?: { Effect?: string; Principal?: unknown }[];
      };
      const trusted = (trust.Statement ?? []).filter(({ Effect }) => Effect === "Allow").map((one) => one.Principal);
      const isEcs = (principal: unknown) => JSON.stringify(principal) === '{"Service":"ecs-tasks.amazonaws.com"}';
      return {
        ok: "trusted by ECS alone, no policy but its own",
        problems: unless(
          [trusted.length > 0 && trusted.every(isEcs), `it is trusted by ${JSON.stringify(trusted)}, not by ECS alone`],
          [
            AttachedPolicies.length === 0,
            `somebody attached ${AttachedPolicies.map((one) => one.PolicyName).join(", ")} to it`,
          ],
          [
            foreign.length === 0,
            `somebody wrote ${foreign.join(", ")} into it; its own policy is one, named after it: delete what is not the component's`,
          ],
        ),
      };
    });
  },
};
