import type { Statement } from "../../components/internal/policyDocument";

/** One request, with the condition keys that it carries. */
export interface Request {
  action: string;
  resource: string;
  keys?: Record<string, string>;
}

type Test = (actual: string, wanted: string) => boolean;

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".")}$`,
  );
const list = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/** Operators as IAM defines them. A negated one is true when its key is missing. */
const OPERATORS: Record<string, { negated?: boolean; test: Test }> = {
  StringEquals: { test: (a, b) => a === b },
  StringNotEquals: { negated: true, test: (a, b) => a === b },
  Bool: { test: (a, b) => a === b },
  NumericNotEquals: { negated: true, test: (a, b) => Number(a) === Number(b) },
  NumericLessThan: { test: (a, b) => Number(a) < Number(b) },
  NumericGreaterThan: { test: (a, b) => Number(a) > Number(b) },
  ArnLike: { test: (a, b) => glob(b).test(a) },
  ArnNotLike: { negated: true, test: (a, b) => glob(b).test(a) },
};

function holds(operator: string, key: string, wanted: string | string[], keys: Record<string, string>): boolean {
  const actual = keys[key];
  if (operator === "Null") return (actual === undefined) === (wanted === "true");
  const known = OPERATORS[operator];
  if (!known) throw new Error(`unknown operator ${operator}`);
  if (actual === undefined) return known.negated === true;
  const any = list(wanted).some((value) => known.test(actual, value));
  return known.negated ? !any : any;
}

function applies(statement: Statement, { action, resource, keys = {} }: Request): boolean {
  const onResource = statement.NotResource
    ? !list(statement.NotResource).some((pattern) => glob(pattern).test(resource))
    : list(statement.Resource).some((pattern) => glob(pattern).test(resource));
  return (
    onResource &&
    list(statement.Action).some((pattern) => glob(pattern).test(action)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, wanted]) =>
      Object.entries(wanted).every(([key, value]) => holds(operator, key, value, keys)),
    )
  );
}

/** Sids of the Deny statements that stop a request; none means that the policy lets it through. */
export function deniedBy(statements: readonly Statement[], request: Request): string[] {
  return statements.filter((statement) => statement.Effect === "Deny" && applies(statement, request)).map((s) => s.Sid);
}
