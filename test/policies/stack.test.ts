import type { PolicyResource } from "@pulumi/policy";
import { stackOf, type Stack } from "../../policies/stack";
import { UNKNOWN_TEXT } from "./harness";
import { TYPES } from "./stacks";

interface Sketch {
  type?: string;
  name: string;
  props?: object;
  from?: Record<string, string[]>;
  parent?: string;
  providerRegion?: unknown;
}

function build(...sketches: Sketch[]): Stack {
  const resources = sketches.map(
    ({ type = TYPES.bucket, name, props = {}, providerRegion }) =>
      ({
        type,
        name,
        urn: `urn:${type}::${name}`,
        props,
        propertyDependencies: {},
        ...(providerRegion === undefined ? {} : { provider: { props: { region: providerRegion } } }),
      }) as unknown as PolicyResource,
  );
  const named = (name: string) => resources.find((resource) => resource.name === name)!;
  sketches.forEach(({ name, from = {}, parent }) => {
    for (const [argument, names] of Object.entries(from)) named(name).propertyDependencies[argument] = names.map(named);
    if (parent !== undefined) named(name).parent = named(parent);
  });
  return stackOf(resources);
}

const names = (found: readonly { name: string }[]): string[] => found.map(({ name }) => name);
const get = (stack: Stack, name: string) => stack.resources.find((entry) => entry.name === name)!;
const policiesOf = (stack: Stack, bucket: string): string[] =>
  names(stack.partsOf(get(stack, bucket), "bucket", "bucketPolicy", "bucket"));

test("resources come in the order of their URNs, with labels as programs write types", () => {
  const stack = build(
    { name: "b" },
    { name: "a" },
    { name: "n", type: TYPES.native },
    { name: "s", type: "pulumi:pulumi:Stack" },
  );
  expect(stack.resources.map(({ label }) => label)).toEqual([
    'aws-native.s3.Bucket "n"',
    'aws.s3.Bucket "a"',
    'aws.s3.Bucket "b"',
    'pulumi.pulumi.Stack "s"',
  ]);
  expect(names(stack.ofConcept("bucket"))).toEqual(["n", "a", "b"]);
});

describe("parts", () => {
  const bucket = (name: string, props: object = {}): Sketch => ({ name, props });
  const policy = (name: string, props: object, from: Record<string, string[]> = {}): Sketch => ({
    type: TYPES.policy,
    name,
    props,
    from,
  });

  test.each(["bucket", "id", "bucketName", "arn"])("are joined by the value of the owner's %s", (property) => {
    const stack = build(
      bucket("a", { [property]: "shop" }),
      bucket("b", { [property]: "logs" }),
      policy("p", { bucket: "shop" }),
    );
    expect([policiesOf(stack, "a"), policiesOf(stack, "b")]).toEqual([["p"], []]);
  });

  test("are joined by dependency where the value is unknown or nobody's", () => {
    const stack = build(
      bucket("a"),
      bucket("b"),
      policy("p", { bucket: UNKNOWN_TEXT }, { bucket: ["a"] }),
      policy("q", { bucket: "elsewhere" }, { bucket: ["b"], policy: ["a"] }),
      policy("r", { bucket: "elsewhere" }),
    );
    expect([policiesOf(stack, "a"), policiesOf(stack, "b")]).toEqual([["p"], ["q"]]);
  });

  test("are not joined to a resource of another kind that has the same name", () => {
    const stack = build(
      bucket("a"),
      { type: "aws:iam/role:Role", name: "x", props: { name: "shop" } },
      policy("p", { bucket: "shop" }),
    );
    expect(policiesOf(stack, "a")).toEqual([]);
  });

  test("are joined through a chain, and a circle does not hang", () => {
    const stack = build(
      bucket("a"),
      { type: TYPES.versioning, name: "v", from: { bucket: ["a"] } },
      policy("p", { bucket: UNKNOWN_TEXT }, { bucket: ["v"] }),
      policy("q", { bucket: UNKNOWN_TEXT }, { bucket: ["r"] }),
      policy("r", { bucket: UNKNOWN_TEXT }, { bucket: ["q"] }),
    );
    expect(policiesOf(stack, "a")).toEqual(["p"]);
  });

  test("an empty or unknown name is nobody's", () => {
    const stack = build(
      bucket("a", { bucket: "" }),
      bucket("b", { bucket: UNKNOWN_TEXT }),
      policy("p", { bucket: "" }),
    );
    expect([policiesOf(stack, "a"), policiesOf(stack, "b")]).toEqual([[], []]);
  });
});

test("dependencies are told by argument and in all, dependents the other way round", () => {
  const stack = build({ name: "a" }, { name: "b" }, { name: "c", from: { bucket: ["b"], role: ["a", "b"] } });
  const c = get(stack, "c");
  expect([
    names(stack.dependenciesOf(c, "role")),
    names(stack.dependenciesOf(c, "policy")),
    names(stack.dependenciesOf(c)),
  ]).toEqual([["a", "b"], [], ["a", "b"]]);
  expect([names(stack.dependentsOf(get(stack, "a"))), names(stack.dependentsOf(c))]).toEqual([["c"], []]);
});

test("ancestors come nearest first", () => {
  const stack = build({ name: "a" }, { name: "b", parent: "a" }, { name: "c", parent: "b" });
  expect([names(stack.ancestorsOf(get(stack, "c"))), names(stack.ancestorsOf(get(stack, "a")))]).toEqual([
    ["b", "a"],
    [],
  ]);
});

test.each([
  [
    "its own argument before its provider's",
    { props: { region: "eu-west-1" }, providerRegion: "eu-central-1" },
    "eu-west-1",
  ],
  ["its provider's", { providerRegion: "eu-central-1" }, "eu-central-1"],
  ["nothing where neither is known", { props: { region: UNKNOWN_TEXT }, providerRegion: UNKNOWN_TEXT }, undefined],
])("a resource's Region is %s", (_what, sketch, region) => {
  const stack = build({ name: "a", ...sketch });
  expect(stack.regionOf(get(stack, "a"))).toBe(region);
});

test("a stack of thousands is joined in linear time: twice the stack, twice the look-ups", () => {
  const looks = (count: number): number => {
    let reads = 0;
    const counted = (props: object): object =>
      new Proxy(props, { get: (target, key) => (reads++, Reflect.get(target, key)) });
    const sketches = Array.from({ length: count }, (_, index): Sketch[] => [
      { name: `b${index}`, props: counted({ bucket: `shop-${index}` }) },
      { type: TYPES.policy, name: `p${index}`, props: counted({ bucket: `shop-${index}` }) },
    ]).flat();
    const stack = build(...sketches);
    for (const bucket of stack.ofConcept("bucket")) {
      expect(stack.partsOf(bucket, "bucket", "bucketPolicy", "bucket")).toHaveLength(1);
    }
    return reads;
  };
  expect(looks(400)).toBe(2 * looks(200));
});
