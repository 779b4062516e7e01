import * as proxy from "@pulumi/policy/proxy";

/** The SDK's own checking proxy and sentinels: exported by its JavaScript, left out of its types. */
export const sdkProxy = proxy as unknown as {
  readonly unknownCheckingProxy: <T extends object>(props: T) => T;
  readonly unknownStringValue: string;
  readonly unknownArrayValue: string;
};
