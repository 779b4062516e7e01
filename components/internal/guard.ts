import * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";

type Props = Record<string, unknown>;

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
  private readonly expected = new Map<string, Props>();

  constructor(
    private readonly label: string,
    private readonly outer?: Guard,
  ) {}

  /** Remembers the protected properties of a child; its name is unique below one component. */
  expect(childName: string, props: Props): void {
    if (Object.keys(props).length > 0) this.expected.set(childName, props);
    this.outer?.expect(childName, props);
  }

  /** Registers this guard as the one of a component, for components that are created inside it. */
  watch(component: pulumi.Resource): void {
    guards.set(component, this);
  }

  /** The component's options with this guard as the last to see every child. */
  options<O extends pulumi.ComponentResourceOptions>(opts: O | undefined): pulumi.ComponentResourceOptions {
    const rest: pulumi.ComponentResourceOptions & { transform?: unknown; replicaProvider?: unknown } = { ...opts };
    // Ours, and none of Pulumi's.
    delete rest.transform;
    delete rest.replicaProvider;
    return {
      ...rest,
      transformations: [...(rest.transformations ?? []), (args) => this.check(args.name, args.props, args.opts)],
      // Only where the caller uses them: registering one needs an engine that supports them.
      ...(rest.transforms?.length
        ? {
            transforms: [...rest.transforms, (args) => Promise.resolve(this.check(args.name, args.props, args.opts))],
          }
        : {}),
    };
  }

  private refuse(childName: string, prop: string): never {
    throw new pulumi.RunError(
      `${this.label}: a transform changed the protected setting ${prop} of ${childName}; ` +
        "versioning, Object Lock, encryption, public access block, keys and deny statements stay as they are: remove that change",
    );
  }

  private check<O extends pulumi.ResourceOptions>(
    name: string,
    props: Props,
    opts: O,
  ): { props: Props; opts: O } | undefined {
    const expected = this.expected.get(name);
    if (!expected) return undefined;
    const ignored = (opts as pulumi.CustomResourceOptions).ignoreChanges ?? [];
    const checked: Props = { ...props };
    for (const [prop, before] of Object.entries(expected)) {
      const after = props[prop];
      if (ignored.some((path) => path === "*" || path.split(/[.[]/)[0] === prop))
        this.refuse(name, `${prop} (ignoreChanges)`);
      if (after === before) continue;
      if (!hasOutput(before) && !hasOutput(after)) {
        if (!stillProtects(before, after)) this.refuse(name, prop);
        continue;
      }
      checked[prop] = pulumi
        .all([before, after])
        .apply(([was, is]) => (stillProtects(was, is) ? is : this.refuse(name, prop)));
    }
    return { props: checked, opts };
  }
}
