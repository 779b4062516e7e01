import type { StackBucket } from "./buckets";
import type { Stack, StackResource } from "./stack";
import { at, listAt, UNKNOWN } from "./unknowns";

/** A replication rule of a bucket. */
export interface Replication {
  /** As written; may be `UNKNOWN`. */
  status: unknown;
  /**
   * The buckets of this stack that it copies to: the one that it names, or those that its arguments are made from where
   * the name is not known yet. Empty for a bucket outside the stack.
   */
  destinations: readonly StackBucket[];
}

/** Who copies to whom in a stack. */
export interface Replications {
  of(bucket: StackBucket): readonly Replication[];
  /** Another bucket of the stack copies to it, by whatever rule. */
  isDestination(bucket: StackBucket): boolean;
}

/** Where a rule is written: its values, and the argument that holds it, whose dependencies tell what is not known. */
interface Holder {
  resource: StackResource;
  argument: string;
  rules: readonly unknown[] | typeof UNKNOWN;
}

/**
 * Every replication of a stack, in each spelling. Read from inputs: the provider fills in what a bucket has
 * (`readsInputsOf` of the rule must name "bucket" and "bucketReplication").
 */
export function replicationsOf(stack: Stack, buckets: readonly StackBucket[]): Replications {
  const byUrn = new Map(buckets.map((bucket) => [bucket.urn, bucket]));
  const byName = new Map(buckets.flatMap((bucket) => namesOf(bucket).map((name) => [name, bucket])));

  const madeFrom = ({ resource, argument }: Holder, source: StackBucket): StackBucket[] => {
    const direct = stack.dependenciesOf(resource, argument);
    // A bucket's name may come by way of another of its resources, as `versioning.bucket`.
    const found = [...direct, ...direct.flatMap((dependency) => stack.dependenciesOf(dependency, "bucket"))];
    return [...new Set(found)].flatMap(({ urn }) => (urn === source.urn ? [] : (byUrn.get(urn) ?? [])));
  };
  const read = (holder: Holder, source: StackBucket): Replication[] => {
    if (holder.rules === UNKNOWN) return [{ status: UNKNOWN, destinations: madeFrom(holder, source) }];
    return holder.rules.map((rule) => {
      const named = at(rule, "destination", "bucket") ?? at(rule, "destinations", 0, "bucket");
      const destination = typeof named === "string" ? byName.get(named.split(":::").at(-1)!) : undefined;
      return {
        status: at(rule, "status"),
        destinations: named === UNKNOWN ? madeFrom(holder, source) : destination === undefined ? [] : [destination],
      };
    });
  };

  const rules = new Map(
    buckets.map((bucket) => [bucket.urn, holdersOf(bucket).flatMap((holder) => read(holder, bucket))]),
  );
  const destinations = new Set(
    [...rules].flatMap(([urn, list]) =>
      list.flatMap((rule) => rule.destinations.map((bucket) => bucket.urn).filter((other) => other !== urn)),
    ),
  );
  return { of: ({ urn }) => rules.get(urn) ?? [], isDestination: ({ urn }) => destinations.has(urn) };
}

function namesOf({ props }: StackBucket): string[] {
  return [at(props, "bucket"), at(props, "bucketName"), at(props, "id")].filter((name) => typeof name === "string");
}

/** Resources of their own, the argument of `aws.s3.Bucket` and the native bucket, that of `BucketV2`. */
function holdersOf(bucket: StackBucket): Holder[] {
  const separate = bucket
    .parts("bucketReplication")
    .map((resource): Holder => ({ resource, argument: "rules", rules: listAt(resource.inputs, "rules") }));
  const inline = ["replicationConfiguration", "replicationConfigurations"].map((argument): Holder => {
    const configurations = listAt(bucket.inputs, argument);
    if (configurations === UNKNOWN) return { resource: bucket.entry, argument, rules: UNKNOWN };
    // A list that is not known yet counts as one rule that is not.
    const rules = configurations.map((configuration): unknown => listAt(configuration, "rules")).flat();
    return { resource: bucket.entry, argument, rules };
  });
  return [...separate, ...inline];
}
