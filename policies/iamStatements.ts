import { jsonValue } from "./jsonTexts";
import { at, isObject, listAt, UNKNOWN, type Unknown } from "./unknowns";
import { matchesWildcards } from "./wildcards";

/** One statement of a policy document, as far as the rules read it. */
export interface IamStatement {
  isAllow: boolean;
  /** With `NotAction`: all but these. */
  actions: readonly string[];
  isNotAction: boolean;
  /** What it covers. Unknown where it is not known yet; a text with an unknown part is unknown as a whole. */
  resources: readonly (string | Unknown)[];
  /** With `NotResource`, or in a trust policy: covers whatever it does not name. */
  isAnyResource: boolean;
  isConditional: boolean;
}

/** AWS's managed policies that allow whatever S3 can do, by the end of their ARN, whatever the partition. */
const MANAGED_S3_ADMINS = /:iam::aws:policy\/(?:AmazonS3FullAccess|AdministratorAccess|PowerUserAccess)$/;

/**
 * The statements of a policy document, given as JSON text or as an object. `UNKNOWN` where the document is not known
 * yet. Text that is not JSON has none: the service refuses it in its own words.
 */
export function statementsOf(document: unknown): readonly IamStatement[] | Unknown {
  const parsed = jsonValue(document);
  const statements = listAt(parsed, "Statement");
  return statements === UNKNOWN ? UNKNOWN : statements.filter(isObject).map(readStatement);
}

/** A document that allows everything of S3, in place of one of AWS's managed policies that does; undefined for others. */
export function managedPolicyDocument(policyArn: string): object | undefined {
  return MANAGED_S3_ADMINS.test(policyArn)
    ? { Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] }
    : undefined;
}

/** Whether a statement is about an action: by name, by `*` and `?`, without regard to case, or by leaving it out of `NotAction`. */
export function isAbout(statement: IamStatement, action: string): boolean {
  return statement.isNotAction !== statement.actions.some((pattern) => matchesWildcards(pattern, action, "IAM"));
}

function readStatement(statement: object): IamStatement {
  const isNotAction = at(statement, "Action") === undefined;
  const resources = itemsAt(statement, "Resource");
  return {
    isAllow: at(statement, "Effect") === "Allow",
    isNotAction,
    actions: itemsAt(statement, isNotAction ? "NotAction" : "Action").filter((action) => typeof action === "string"),
    resources,
    isAnyResource: resources.length === 0,
    isConditional: at(statement, "Condition") !== undefined,
  };
}

function itemsAt(statement: object, key: string): (string | Unknown)[] {
  const items = listAt(statement, key);
  if (items === UNKNOWN) return [UNKNOWN];
  return items.map((_, index) => at(items, index)).filter((item) => typeof item === "string" || item === UNKNOWN);
}
