import * as pulumi from "@pulumi/pulumi";
import { Guard, stillProtects } from "../../components/internal/guard";
import { messageOf } from "./fixtures";
import { startMocks } from "./mocks";

const policy = (...sids: string[]): string =>
  JSON.stringify({ Statement: sids.map((Sid) => ({ Sid, Effect: "Deny" })) });

describe("stillProtects", () => {
  it.each([
    ["the same value", { status: "Enabled" }, { status: "Enabled" }, true],
    ["an absent key in place of undefined", { a: 1, b: undefined }, { a: 1 }, true],
    ["another value", { status: "Enabled" }, { status: "Suspended" }, false],
    ["no value", true, undefined, false],
    ["a policy with a statement more", policy("A"), policy("A", "B"), true],
    ["a policy with a statement less", policy("A", "B"), policy("B"), false],
    ["a policy that is none any more", policy("A"), "{}", false],
  ])("judges %s", (_, before, after, expected) => {
    expect(stillProtects(before, after)).toBe(expected);
  });
});

describe("the guard's engine-side transform", () => {
  const guard = new Guard('BackupRepository "orders"');
  guard.expect("orders-primary", { objectLockEnabled: true });
  const transform = (): pulumi.ResourceTransform => {
    const options = guard.options<pulumi.ComponentResourceOptions>({ transforms: [() => undefined] });
    return options.transforms!.at(-1)!;
  };
  const call = (props: Record<string, unknown>, opts: pulumi.CustomResourceOptions = {}) =>
    transform()({ custom: true, type: "aws:s3/bucket:Bucket", name: "orders-primary", props, opts });

  beforeEach(() => startMocks());

  it("is registered only where the caller uses transforms", () => {
    expect(guard.options<pulumi.ComponentResourceOptions>({}).transforms).toBeUndefined();
    expect(guard.options<pulumi.ComponentResourceOptions>({ transforms: [() => undefined] }).transforms).toHaveLength(
      2,
    );
  });

  it("lets an unprotected property change, and refuses a protected one", async () => {
    expect(await call({ objectLockEnabled: true, tags: { a: "b" } })).toMatchObject({ props: { tags: { a: "b" } } });
    expect(messageOf(() => call({ objectLockEnabled: false }))).toMatch(
      /^BackupRepository "orders": a transform changed the protected setting objectLockEnabled of orders-primary;/,
    );
  });

  it.each(["objectLockEnabled", "objectLockEnabled.x", '["objectLockEnabled"]', "*", "[*]"])(
    "fails when ignoreChanges holds %s",
    (path) => {
      expect(messageOf(() => call({ objectLockEnabled: true }, { ignoreChanges: [path] }))).toMatch(
        /protected setting objectLockEnabled \(ignoreChanges\) of orders-primary;/,
      );
    },
  );

  it("lets ignoreChanges name anything else", async () => {
    expect(await call({ objectLockEnabled: true }, { ignoreChanges: ["tags"] })).toBeDefined();
  });
});
