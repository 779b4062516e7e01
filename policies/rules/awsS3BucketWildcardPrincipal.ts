import { isEveryone, policyDocumentsOf, statementsIn } from "../bucketPolicies";
import { bucketsOf } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { at, isObject, isUnknown, listAt, UNKNOWN } from "../unknowns";

/** Keys of a request that its sender cannot choose, and that say whose account, organization, network or resource it is from. */
const WHO =
  /^(?:aws:(?:PrincipalAccount|PrincipalArn|PrincipalOrgID|PrincipalOrgPaths|SourceAccount|SourceArn|SourceOrgID|SourceOrgPaths|SourceOwner|SourceVpc|SourceVpce|VpceAccount|VpceOrgID|VpceOrgPaths|userid)|s3:DataAccessPoint(?:Account|Arn))$/i;
/** Without `IfExists` and `ForAllValues`, which hold for a request that lacks the key, and without their opposites. */
const COMPARES = /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like))$/i;
/** The bucket's own account or organization, as policy variables. */
const OWN = /^\$\{aws:Resource(?:Account|OrgID|OrgPaths)\}$/i;
/** Before the first wildcard a value must name an account, an organization, a network or one principal. */
const NAMES_SOMEBODY = /(?:\d{12}|\bo-[a-z0-9]{10,32}|\bvpce?-[0-9a-f]{8,17}|^A[A-Z0-9]{15,}:)/;
/** Wider networks S3 itself counts as public. */
const MIN_PREFIX_BITS = { ipv4: 8, ipv6: 32 } as const;

/** How a statement stands: it opens the bucket, it does not, or that is not known yet. */
type Opens = boolean | typeof UNKNOWN;

/**
 * Refuses policies with a statement that allows everyone something: `Principal` `"*"` or `{"AWS": "*"}`, or
 * `NotPrincipal`, without a condition that narrows it to accounts, organizations, VPCs, VPC endpoints, networks, access
 * points, principals, or a source by its ARN (a CloudFront distribution).
 *
 * Severity critical. A condition narrows where it compares with values of its own, for a request that lacks the key too
 * (not `…IfExists`, `ForAllValues:`, `…Not…`, `Null`); `aws:Referer` and `aws:UserAgent` are what the sender writes.
 * Statements that deny pass. A policy or a part of it that is not known is noted and judged at the update; a condition's
 * value that is not known is that of something about to be created, and passes. Not judged: which actions are allowed,
 * what the public access block would stop, and roles of other accounts that are named.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export const awsS3BucketWildcardPrincipal: StackRule = {
  name: "aws-s3-bucket-wildcard-principal",
  displayName: "Bucket policies allow nothing to everyone",
  description: "A bucket's policy must not allow everyone something without a condition on who that is.",
  severity: "critical",
  framework: iso27001("A.8.3", "Information access restriction"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    'Name the principals in the statement, or add a condition on them: aws:PrincipalOrgID, aws:SourceAccount, aws:SourceVpce or aws:SourceArn. For CloudFront name Principal {"Service": "cloudfront.amazonaws.com"} with aws:SourceArn of the distribution.',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#public",
  judges: ["bucket", "bucketPolicy"],
  readsInputsOf: ["bucket"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack)) {
      let isNoted = false;
      for (const document of policyDocumentsOf(bucket)) {
        const statements = statementsIn(document);
        const opens = statements === UNKNOWN ? [UNKNOWN] : statements.map(opensToEveryone);
        opens.forEach((open, index) => {
          if (open === true) {
            verdict.violation(
              bucket,
              `${bucket.label}: statement ${index + 1} of its policy allows everyone; name the principals, or add a condition on their account, organization, VPC endpoint or source ARN.`,
            );
          }
        });
        isNoted ||= opens.includes(UNKNOWN);
      }
      if (isNoted) {
        verdict.unknown(
          bucket,
          `${bucket.label}: its policy is not known yet; whether it allows everyone is judged at the update.`,
        );
      }
    }
  },
};

function opensToEveryone(statement: unknown): Opens {
  const read = ["Effect", "Principal", "Condition"].map((key) => at(statement, key));
  const [effect, principal, condition] = read;
  const isWide = isEveryone(principal) || at(statement, "NotPrincipal") !== undefined;
  if (effect !== "Allow" && effect !== UNKNOWN) return false;
  if ((!isWide && principal !== UNKNOWN) || narrows(condition)) return false;
  return read.includes(UNKNOWN) ? UNKNOWN : true;
}

/** Every operator and key of a condition must hold: one that narrows is enough. */
function narrows(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.keys(condition).some((operator) => {
    const tests = at(condition, operator);
    return isObject(tests) && Object.keys(tests).some((key) => narrowsBy(operator, key, listAt(tests, key)));
  });
}

function narrowsBy(operator: string, key: string, values: ReturnType<typeof listAt>): boolean {
  if (/^IpAddress$/i.test(operator) && /^aws:SourceIp$/i.test(key)) return allOf(values, isNetwork);
  return COMPARES.test(operator) && WHO.test(key) && allOf(values, namesSomebody);
}

/** One of the values is enough for a request: each must narrow. */
function allOf(values: ReturnType<typeof listAt>, narrow: (value: string) => boolean): boolean {
  return values === UNKNOWN || values.filter((value) => !isUnknown(value)).every((value) => narrow(String(value)));
}

function namesSomebody(value: string): boolean {
  if (OWN.test(value)) return true;
  const [fixed = "", ...rest] = value.split(/[*?]|\$\{/);
  return rest.length === 0 || NAMES_SOMEBODY.test(fixed);
}

function isNetwork(cidr: string): boolean {
  const [address = "", bits] = cidr.split("/");
  const least = address.includes(":") ? MIN_PREFIX_BITS.ipv6 : MIN_PREFIX_BITS.ipv4;
  return bits === undefined || Number(bits) >= least;
}
