// Services refuse a role that they cannot assume when it is given to them, not when it is first used.
import { GetRoleCommand } from "@aws-sdk/client-iam";
import type { Context } from "../handler";
import { lets } from "../refusals/policies";

/** @throws Error when the role is absent or its trust policy does not name the service */
export async function mustAssume({ aws }: Context, roleArn: string, service: string): Promise<void> {
  const RoleName = roleArn.split("/").pop()!;
  const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName }));
  if (!lets(decodeURIComponent(Role!.AssumeRolePolicyDocument!), service)) {
    throw new Error(`the role ${roleArn} cannot be assumed by ${service}: its trust policy does not allow it`);
  }
}
