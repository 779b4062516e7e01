import * as proxy from "@pulumi/policy/proxy";
import * as secrets from "@pulumi/policy/secret";

/** The SDK's own proxies and sentinels: exported by its JavaScript, left out of its types. */
export const sdkProxy = { ...proxy, ...secrets } as unknown as {
  readonly unknownCheckingProxy: <T extends object>(props: T) => T;
  readonly secretsPreservingProxy: <T extends object>(props: T) => T;
  readonly unknownStringValue: string;
  readonly unknownArrayValue: string;
};
