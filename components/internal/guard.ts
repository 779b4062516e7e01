import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";

type Props = Record<string, unknown>;

/** Whether the final value of a property still protects what the first one did. */
export type Judge = (before: unknown, after: unknown) => boolean;

/** What must be left of one child. */
interface Expected {
  props: Props;
  /** Of the properties that may grow; all others stay equal. */
  judges: { [prop: string]: Judge | undefined };
  isRetained: boolean;
}

/** First property of a path, which may be written as a key in brackets. */
function rootOf(path: string): string {
  return path.replace(/^\["?/, "").split(/["\].[]/)[0]!;
}

const guards = new WeakMap<pulumi.Resource, Guard>();

/** The guard of a component, if it has one; a component inside it hands its expectations up. */
export function guardOf(parent: pulumi.Resource | undefined): Guard | undefined {
  return parent && guards.get(parent);
}

function hasOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasOutput);
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutUndefined);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, withoutUndefined(inner)]),
  );
}

function statements(policy: unknown): unknown[] | undefined {
  if (typeof policy !== "string") return undefined;
  try {
    const parsed = JSON.parse(policy) as { Statement?: unknown };
    return Array.isArray(parsed.Statement) ? (parsed.Statement as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the final value still protects: equal, or for a policy document every statement of ours is still in it. */
export function stillProtects(before: unknown, after: unknown): boolean {
  const ours = statements(before);
  const theirs = statements(after);
  if (ours && theirs) return ours.every((one) => theirs.some((other) => isDeepStrictEqual(one, other)));
  return isDeepStrictEqual(withoutUndefined(before), withoutUndefined(after));
}

/**
 * Re-checks protected settings after every transform of a child and of its component. Plain values are compared at once;
 * a value that is known later is compared when it is known, before the resource is registered with it.
 */
export class Guard {
  private readonly expected = new Map<string, Expected>();

  constructor(
    private readonly label: string,
    private readonly outer?: Guard,
  ) {}

  /** Remembers the protected properties of a child; its name is unique below one component. */
  expect(childName: string, props: Props, judges: Expected["judges"] = {}, isRetained = false): void {
    if (Object.keys(props).length > 0 || isRetained) this.expected.set(childName, { props, judges, isRetained });
    this.outer?.expect(childName, props, judges, isRetained);
  }

  /** Registers this guard as the one of a component: for components that are created inside it, and as the last to see every child. */
  watch(component: pulumi.Resource): void {
    guards.set(component, this);
    // Pulumi puts the transformations of the components around it, and of the stack, behind its own; there is no public way behind those.
    (component as { __transformations?: pulumi.ResourceTransformation[] }).__transformations?.push(this.last);
  }

  private readonly last: pulumi.ResourceTransformation = (args) => this.check(args.name, args.props, args.opts);

  /** Options with this guard behind their own transforms: of a component, or of a child whose options the caller has changed. */
  options<O extends pulumi.ResourceOptions>(opts: O | undefined): O {
    const rest = { ...opts } as O & { transform?: unknown; replicaProvider?: unknown };
    // Ours, and none of Pulumi's.
    delete rest.transform;
    delete rest.replicaProvider;
    return {
      ...rest,
      transformations: [...(rest.transformations ?? []), this.last],
      // Only where the caller uses them: registering one needs an engine that supports them.
      ...(rest.transforms?.length
        ? {
            transforms: [
              ...rest.transforms,
              (args: pulumi.ResourceTransformArgs) => Promise.resolve(this.check(args.name, args.props, args.opts)),
            ],
          }
        : {}),
    };
  }

  private refuse(childName: string, prop: string): never {
    throw new pulumi.RunError(
      `${this.label}: a transform changed the protected setting ${prop} of ${childName}; ` +
        "versioning, Object Lock, encryption, public access block, lifecycle, keys and deny statements stay as they are: remove that change",
    );
  }

  private check<O extends pulumi.ResourceOptions>(
    name: string,
    props: Props,
    opts: O,
  ): { props: Props; opts: O } | undefined {
    const expected = this.expected.get(name);
    if (!expected) return undefined;
    const { ignoreChanges = [], retainOnDelete } = opts as pulumi.CustomResourceOptions;
    if (expected.isRetained && retainOnDelete !== true) this.refuse(name, "retainOnDelete");
    const ignored = ignoreChanges.map(rootOf);
    const checked: Props = { ...props };
    for (const [prop, before] of Object.entries(expected.props)) {
      const after = props[prop];
      const isProtecting = expected.judges[prop] ?? stillProtects;
      if (ignored.some((root) => root === "*" || root === prop)) this.refuse(name, `${prop} (ignoreChanges)`);
      if (after === before) continue;
      if (!hasOutput(before) && !hasOutput(after)) {
        if (!isProtecting(before, after)) this.refuse(name, prop);
        continue;
      }
      checked[prop] = pulumi
        .all([before, after])
        .apply(([was, is]) => (isProtecting(was, is) ? is : this.refuse(name, prop)));
    }
    return { props: checked, opts };
  }
}
