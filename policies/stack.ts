import type { PolicyResource } from "@pulumi/policy";
import { groupedBy } from "./grouping";
import { isA, type ResourceConcept } from "./resourceTypes";
import { at, isUnknown } from "./unknowns";

/** A resource of a stack, with what it is joined to. */
export interface StackResource {
  type: string;
  name: string;
  urn: string;
  /** `aws.s3.Bucket "orders"`, for messages. */
  label: string;
  /** Outputs: what the program asked for, what the provider filled in, and unknowns. Read with `at` and `listAt`. */
  props: object;
  /** What the program asked for, where the rule reads that (`readsInputsOf`); else the same as `props`. */
  inputs: object;
  resource: PolicyResource;
}

/** All resources of a stack, joined. Every question is answered from an index: a stack of thousands is judged in linear time. */
export interface Stack {
  /** In the order of their URNs. */
  readonly resources: readonly StackResource[];
  ofConcept(concept: ResourceConcept): readonly StackResource[];
  /**
   * The resources of `part` that belong to `owner`, such as a bucket's policies. By the value of `argument` where it is
   * a name, id or ARN of an owner of that concept; else through the dependencies of `argument`, which the engine reports
   * whatever the value, also by way of another part (`bucket: versioning.bucket`).
   */
  partsOf(
    owner: StackResource,
    ofOwner: ResourceConcept,
    part: ResourceConcept,
    argument: string,
  ): readonly StackResource[];
  /** What an argument of a resource, or any argument, is made from: direct dependencies, in the order of their URNs. */
  dependenciesOf(resource: StackResource, argument?: string): readonly StackResource[];
  /** What depends on a resource directly, by any argument. */
  dependentsOf(resource: StackResource): readonly StackResource[];
  /** The resource's parents, the nearest first: components that hold it. */
  ancestorsOf(resource: StackResource): readonly StackResource[];
  /** The Region a resource lies in: its own argument, else its provider's; undefined where neither is known. */
  regionOf(resource: StackResource): string | undefined;
}

/** Where providers put what others call a resource by. */
const IDENTITY = ["bucket", "bucketName", "id", "arn", "name", "keyId", "identifier", "clusterIdentifier"] as const;

/** @param inputsOf what a resource's program asked for, by URN; undefined where that was not kept */
export function stackOf(
  resources: readonly PolicyResource[],
  inputsOf: (urn: string) => object | undefined = () => undefined,
): Stack {
  const sorted = resources
    .map((resource): StackResource => {
      const { type, name, urn, props } = resource;
      return { type, name, urn, label: labelOf(resource), props, inputs: inputsOf(urn) ?? props, resource };
    })
    .sort(byUrn);
  const byResource = new Map(sorted.map((entry) => [entry.resource, entry]));
  const known = (found: readonly PolicyResource[]): StackResource[] =>
    [...new Set(found)].flatMap((resource) => byResource.get(resource) ?? []).sort(byUrn);

  const dependenciesOf = (entry: StackResource, argument?: string): readonly StackResource[] => {
    const byArgument = entry.resource.propertyDependencies;
    return known(argument === undefined ? Object.values(byArgument).flat() : (byArgument[argument] ?? []));
  };
  const ofConcept = remembered((concept: ResourceConcept) => sorted.filter((entry) => isA(concept, entry.type)));
  const dependents = remembered(() => groupedBy(sorted, (entry) => dependenciesOf(entry)));
  const identities = remembered((concept: ResourceConcept) => groupedBy(ofConcept(concept), identitiesOf));
  const joins = remembered((key: string) => {
    const [owners, parts, argument] = key.split(" ") as [ResourceConcept, ResourceConcept, string];
    const isOwner = new Set(ofConcept(owners));
    return groupedBy(ofConcept(parts), (part) => {
      const value = at(part.props, argument);
      const named = typeof value === "string" ? identities(owners).get(value) : undefined;
      return named ?? throughDependencies(part, argument, isOwner, dependenciesOf);
    });
  });

  return {
    resources: sorted,
    ofConcept,
    partsOf: (owner, owners, parts, argument) => joins(`${owners} ${parts} ${argument}`).get(owner) ?? [],
    dependenciesOf,
    dependentsOf: (entry) => dependents("").get(entry) ?? [],
    ancestorsOf: (entry) => {
      const found: StackResource[] = [];
      let parent = entry.resource.parent;
      while (parent !== undefined && found.length < 100) {
        found.push(...known([parent]));
        parent = parent.parent;
      }
      return found;
    },
    regionOf: (entry) => {
      const own = at(entry.props, "region");
      if (typeof own === "string") return own;
      const provided = entry.resource.provider === undefined ? undefined : at(entry.resource.provider.props, "region");
      return typeof provided === "string" ? provided : undefined;
    },
  };
}

function throughDependencies(
  part: StackResource,
  argument: string,
  isOwner: ReadonlySet<StackResource>,
  dependenciesOf: Stack["dependenciesOf"],
): StackResource[] {
  const visited = new Set<StackResource>();
  const found: StackResource[] = [];
  const waiting = [part];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    for (const dependency of dependenciesOf(next, argument)) {
      if (isOwner.has(dependency)) found.push(dependency);
      else waiting.push(dependency);
    }
  }
  return found;
}

function identitiesOf({ props }: StackResource): string[] {
  return IDENTITY.flatMap((property) => {
    const value = at(props, property);
    return typeof value === "string" && value !== "" && !isUnknown(value) ? [value] : [];
  });
}

/** `aws:s3/bucket:Bucket` is written `aws.s3.Bucket`. */
function labelOf({ type, name }: PolicyResource): string {
  return `${spelledTypes(type)} "${name}"`;
}

/** A stack has thousands of resources and a few types. */
const spelledTypes = remembered((type: string): string => {
  const [provider = "", module = "", kind = ""] = type.split(":");
  return [provider, module.split("/")[0], kind].filter((piece) => piece !== "").join(".");
});

function byUrn(a: StackResource, b: StackResource): number {
  return a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0;
}

function remembered<K extends string, V>(calculate: (key: K) => V): (key: K) => V {
  const values = new Map<K, V>();
  return (key) => {
    let value = values.get(key);
    if (value === undefined) values.set(key, (value = calculate(key)));
    return value;
  };
}
