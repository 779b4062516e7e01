import type * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../types";
import type { Guard } from "./guard";

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
}

/** Creates one child: the caller's transform first, then the guard on its protected properties. */
export function child<A extends object, R>(
  type: ResourceClass<A, R>,
  name: string,
  args: A,
  guard: Guard,
  { transform, protectedProps = [], ...opts }: ChildOptions<A>,
): R {
  guard.expect(name, Object.fromEntries(protectedProps.map((prop) => [prop, args[prop]])));
  const finalArgs = { ...args };
  transform?.(finalArgs, opts, name);
  return new type(name, finalArgs, opts);
}
