import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../types";
import type { Guard, Judge } from "./guard";

type ResourceClass<A, R> = new (name: string, args: A, opts?: pulumi.CustomResourceOptions) => R;

/** What every child of a component shares. */
export interface Children {
  guard: Guard;
  /** Region of regional children; undefined means the provider's. */
  region?: string;
  /** Provider of children in another account; undefined means the parent's. */
  provider?: pulumi.ProviderResource;
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** How one child is made. */
export interface ChildOptions<A> extends pulumi.CustomResourceOptions {
  transform?: Transform<A>;
  /** Properties that no transform may change. */
  protectedProps?: readonly (keyof A & string)[];
  /** Of those, what may grow. */
  judges?: { [P in keyof A]?: Judge };
}

/** Creates one child: the caller's transform first, then the guard on its protected properties. */
export function child<A extends object, R>(
  type: ResourceClass<A, R>,
  name: string,
  args: A,
  guard: Guard,
  { transform, protectedProps = [], judges, ...opts }: ChildOptions<A>,
): R {
  guard.expect(name, Object.fromEntries(protectedProps.map((prop) => [prop, args[prop]])), judges, opts.retainOnDelete);
  if (!transform) return new type(name, args, opts);
  const finalArgs = { ...args };
  transform(finalArgs, opts, name);
  // Its options may now name another parent, whose transformations are not the component's, and bring some of their own.
  return new type(name, finalArgs, guard.options(opts));
}
