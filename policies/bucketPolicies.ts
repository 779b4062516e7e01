import type { StackBucket } from "./buckets";
import type { RemediatedResource } from "./definition";
import { jsonValue, parseJson } from "./jsonTexts";
import { isA } from "./resourceTypes";
import { at, isObject, isUnknown, listAt, UNKNOWN, type Unknown } from "./unknowns";

/**
 * The policies of a bucket as objects, `UNKNOWN` for one that is not known yet; text that is not JSON says nothing and
 * stands as an empty one. The bucket's own argument is read from its inputs: the provider fills it in with whatever
 * policy the bucket has (`readsInputsOf` of the rule must name "bucket").
 */
export function policyDocumentsOf(bucket: StackBucket): unknown[] {
  const separate = bucket.parts("bucketPolicy").map((part) => policyOf(part.props) ?? {});
  const inline = at(bucket.inputs, "policy");
  const written = inline === undefined || inline === "" ? separate : [...separate, inline];
  return written.map((document) => (typeof document === "string" ? (parseJson(document) ?? {}) : document));
}

/** The statements of a document that `policyDocumentsOf` gave. */
export function statementsIn(document: unknown): readonly unknown[] | Unknown {
  return listAt(document, "Statement");
}

/** Whether a document, or anything in it, is not known yet. */
export function hasUnknown(document: unknown): boolean {
  const seen = new Set<object>();
  const waiting = [document];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (isUnknown(next)) return true;
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    for (const key of Object.keys(next)) waiting.push(at(next, key));
  }
  return false;
}

/** The known texts at a key of a statement, one or a list. */
export function textsAt(value: unknown, key: string): string[] {
  const items = listAt(value, key);
  return items === UNKNOWN
    ? []
    : items.map((_, index) => at(items, index)).filter((item): item is string => typeof item === "string");
}

/** Whether a principal is everyone, `"*"` or `{"AWS": "*"}`, in a list or not. */
export function isEveryone(principal: unknown): boolean {
  return [...textsAt({ principal }, "principal"), ...textsAt(principal, "AWS")].includes("*");
}

/** The policy argument of a resource of its own, in each spelling: text or an object. */
function policyOf(props: object): unknown {
  return at(props, "policy") ?? at(props, "policyDocument");
}

/** S3's limit for a bucket policy, in bytes. */
const MAX_POLICY_BYTES = 20 * 1024;
const BUCKET_ARN = /^(arn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]+))(?:\/.*)?$/;

/**
 * A resource of its own for a bucket policy with one more statement, for a `remediate`; undefined where there is
 * nothing to mend, or where that cannot be known: a text that is unknown or secret, a policy that does not name its
 * bucket, or names two, and one that would grow past S3's 20 KiB.
 *
 * @param isPresent whether a document holds the statement already
 */
export function withStatement(
  { type, props }: RemediatedResource,
  isPresent: (document: object) => boolean,
  statementFor: (bucketArn: string) => object,
): Record<string, unknown> | undefined {
  if (!isA("bucketPolicy", type)) return undefined;
  const argument = props["policyDocument"] === undefined ? "policy" : "policyDocument";
  const written = props[argument];
  const document = jsonValue(written);
  if (!isObject(document) || isPresent(document)) return undefined;
  // A secret document shows no statements here: it is left as it is.
  const own = (document as { Statement?: unknown }).Statement;
  const statements: unknown[] = Array.isArray(own) ? own : [own];
  const arn = bucketArnIn(statements, at(props, "bucket"));
  if (arn === undefined) return undefined;
  const mended = { ...document, Statement: [...statements, statementFor(arn)] };
  const text = JSON.stringify(mended);
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) return undefined;
  return { ...props, [argument]: typeof written === "string" ? text : mended };
}

/** The one bucket that the statements name: S3 takes no policy that names another bucket than its own. */
function bucketArnIn(statements: readonly unknown[], bucket: unknown): string | undefined {
  const found = new Map<string, string>();
  for (const statement of statements) {
    for (const resource of [...textsAt(statement, "Resource"), ...textsAt(statement, "NotResource")]) {
      const match = BUCKET_ARN.exec(resource);
      if (match !== null) found.set(match[1]!, match[2]!);
    }
  }
  const [only, ...others] = [...found];
  if (only === undefined || others.length > 0) return undefined;
  return bucket === UNKNOWN || bucket === only[1] || bucket === only[0] ? only[0] : undefined;
}
