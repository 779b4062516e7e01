import { at, isUnknown, listAt, rawProps, UNKNOWN, UNKNOWN_SENTINELS } from "../../policies/unknowns";
import { sdkProxy as proxy } from "./sdkProxy";

const { unknownCheckingProxy } = proxy;

test("the sentinels are the ones the SDK knows", () => {
  const sdks = Object.entries(proxy).flatMap(([name, value]) =>
    /^unknown\w+Value$/.test(name) ? [value as string] : [],
  );
  expect(sdks).toHaveLength(7);
  expect([...UNKNOWN_SENTINELS].sort()).toEqual(sdks.sort());
});

test("reading an unknown through the SDK's proxy throws, and through at() does not", () => {
  const props = unknownCheckingProxy({ bucket: proxy.unknownStringValue }) as Record<string, unknown>;
  expect(() => props["bucket"]).toThrow("string value at .bucket can't be known during preview");
  expect(at(props, "bucket")).toBe(UNKNOWN);
});

test("an unknown above the path makes all below it unknown", () => {
  const props = unknownCheckingProxy({ rules: proxy.unknownArrayValue });
  expect(at(props, "rules", 0, "id")).toBe(UNKNOWN);
  expect(listAt(props, "rules")).toBe(UNKNOWN);
});

test("known values beside an unknown are read", () => {
  const props = unknownCheckingProxy({ a: { secret: proxy.unknownStringValue, shown: 1 } });
  expect(at(props, "a", "shown")).toBe(1);
});

test("missing, null and non-object values read as undefined", () => {
  expect(at({ a: null }, "a")).toBeUndefined();
  expect(at({ a: null }, "a", "b")).toBeUndefined();
  expect(at({ a: 1 }, "a", "b")).toBeUndefined();
  expect(at(undefined, "a")).toBeUndefined();
});

test("a property that throws counts as unknown", () => {
  const props = {
    get broken(): string {
      throw new Error("no");
    },
  };
  expect(at(props, "broken")).toBe(UNKNOWN);
});

test("one object counts as a list of one and nothing as none", () => {
  expect(listAt({ a: { b: 1 } }, "a")).toEqual([{ b: 1 }]);
  expect(listAt({ a: [1, 2] }, "a")).toEqual([1, 2]);
  expect(listAt({}, "a")).toEqual([]);
});

test("plain objects have no proxy to take off", () => {
  const plain = { a: 1 };
  expect(rawProps(plain)).toBe(plain);
  expect(rawProps(unknownCheckingProxy(plain))).toBe(plain);
});

test("text that only looks like an identifier is known", () => {
  expect(isUnknown("0aaaaaaa-80e4-46f7-96ec-b56ff0331ba9")).toBe(false);
  expect(isUnknown(proxy.unknownStringValue)).toBe(true);
});
