import { listAtKnown } from "./buckets";
import { groupedBy } from "./grouping";
import { managedPolicyDocument, statementsOf, type IamStatement } from "./iamStatements";
import { jsonValue } from "./jsonTexts";
import type { ResourceConcept } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at, listAt, UNKNOWN, type Unknown } from "./unknowns";

/** One policy of a role. */
export interface RolePolicy {
  statements: readonly IamStatement[] | Unknown;
  /** What its document is made from. */
  madeFrom: readonly StackResource[];
}

/** A role of the stack with every policy that the stack gives it. */
export interface StackRole extends StackResource {
  policies: readonly RolePolicy[];
  /**
   * Taken on by programs: by a service, or through OpenID Connect. Not so the roles of people and other accounts, nor those
   * by which AWS copies. True where the trust policy is not known yet.
   */
  isForPrograms: boolean;
  /** Task definitions and functions that run as it. */
  runs: readonly StackResource[];
}

/** They copy by themselves, and AWS documents more rights for it, deletion among them, than a dump needs. */
const COPYING_SERVICES: ReadonlySet<unknown> = new Set([
  "s3.amazonaws.com",
  "batchoperations.s3.amazonaws.com",
  "backup.amazonaws.com",
  "datasync.amazonaws.com",
  "export.rds.amazonaws.com",
]);

/** Where policies of the stack are attached: by what, and by which of its arguments. */
const ATTACHMENTS: readonly (readonly [ResourceConcept, string])[] = [
  ["iamPolicyAttachment", "policyArn"],
  ["iamPolicyAttachment", "policyArns"],
  ["iamRole", "managedPolicyArns"],
];

/**
 * Every role of the stack in the order of their URNs, with its inline policies, the separate ones, and those attached: of
 * the same stack, or of AWS where they allow whatever S3 can do. Policies that exist elsewhere cannot be read here.
 */
export function rolesOf(stack: Stack): StackRole[] {
  const attached = groupedBy(stack.ofConcept("iamPolicy"), (policy) =>
    ATTACHMENTS.flatMap(([concept, argument]) => stack.partsOf(policy, "iamPolicy", concept, argument)),
  );
  return stack.ofConcept("iamRole").map((role) => {
    const parts = (concept: ResourceConcept, ...args: string[]) => [
      ...new Set(args.flatMap((argument) => stack.partsOf(role, "iamRole", concept, argument))),
    ];
    const attachments = parts("iamPolicyAttachment", "role", "roles", "roleName");
    const documents = [
      ...parts("iamRolePolicy", "role", "roleName"),
      ...parts("iamPolicy", "roles"),
      ...[role, ...attachments].flatMap((holder) => attached.get(holder) ?? []),
    ];
    const policies = [
      ...inlinePolicies(stack, role),
      ...documents.map((part) => documentOf(stack, part)),
      ...[role, ...attachments].flatMap(awsPolicies),
    ];
    const runs = [...parts("ecsTaskDefinition", "taskRoleArn"), ...parts("lambdaFunction", "role")];
    return { ...role, policies, isForPrograms: isForPrograms(role), runs };
  });
}

/** `aws.iam.Role` has a list of JSON texts, the native one a list of objects. */
function inlinePolicies(stack: Stack, role: StackResource): RolePolicy[] {
  return [["inlinePolicies", "policy"] as const, ["policies", "policyDocument"] as const].flatMap(
    ([argument, document]) => {
      const madeFrom = stack.dependenciesOf(role, argument);
      const written = listAt(role.props, argument);
      if (written === UNKNOWN) return [{ statements: UNKNOWN, madeFrom }];
      return written.map((_, index) => ({ statements: statementsOf(at(written, index, document)), madeFrom }));
    },
  );
}

function documentOf(stack: Stack, part: StackResource): RolePolicy {
  const argument = at(part.props, "policy") === undefined ? "policyDocument" : "policy";
  return { statements: statementsOf(at(part.props, argument)), madeFrom: stack.dependenciesOf(part, argument) };
}

/** AWS's own policies, named by the role itself or by an attachment. */
function awsPolicies({ props }: StackResource): RolePolicy[] {
  const arns = ["policyArn", "policyArns", "managedPolicyArns"].flatMap((argument) => listAtKnown(props, argument));
  return arns.map((arn) => ({ statements: statementsOf(managedPolicyDocument(String(arn))), madeFrom: [] }));
}

function isForPrograms({ props }: StackResource): boolean {
  const trust = at(props, "assumeRolePolicy") ?? at(props, "assumeRolePolicyDocument");
  const statements = listAt(jsonValue(trust), "Statement");
  if (statements === UNKNOWN) return true;
  return statements.some((statement) => {
    const services = listAt(statement, "Principal", "Service");
    const isWeb = listAtKnown(statement, "Action").some((action) => action === "sts:AssumeRoleWithWebIdentity");
    return isWeb || services === UNKNOWN || services.some((service) => !COPYING_SERVICES.has(service));
  });
}
