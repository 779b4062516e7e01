import { Secret } from "@pulumi/policy";
import * as deserialize from "@pulumi/policy/deserialize";
import { asset } from "@pulumi/pulumi";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { liesInSecret, secretPaths } from "../../policies/secretPaths";
import { propertyTexts } from "../../policies/texts";
import { Struct } from "../support/provider/protobuf";
import { sdkProxy } from "./sdkProxy";

const { deserializeProperties } = deserialize as unknown as {
  deserializeProperties: (struct: unknown, proxySecrets: boolean) => object;
};
const secret = (value: JavaScriptValue): JavaScriptValue => ({ [rpc.specialSigKey]: rpc.specialSecretSig, value });

/** Properties as the SDK hands them to a remediation: what the engine sends, behind both of the SDK's proxies. */
function remediated(sent: Record<string, JavaScriptValue>): object {
  return sdkProxy.unknownCheckingProxy(deserializeProperties(Struct.fromJavaScript(sent), true));
}

test("the paths of secrets are found below the SDK's own proxies, at any depth", () => {
  const props = remediated({
    plain: "x",
    password: secret("y"),
    users: [{ name: "a" }, { name: "b", password: secret("z") }],
    tags: { "a.b": secret("1"), c: "2" },
    environment: secret({ variables: { A: "1" } }),
  });
  expect([...secretPaths(props)].sort()).toEqual(["environment", "password", 'tags["a.b"]', "users[1].password"]);
});

test("fails to see secrets in what a validator is given: the same properties, unmarked", () => {
  const sent = Struct.fromJavaScript({ password: secret("y") });
  expect(secretPaths(sdkProxy.unknownCheckingProxy(deserializeProperties(sent, false)))).toEqual(new Set());
});

test("unknown values, assets, circles and nothing at all hold no secret", () => {
  const circle: Record<string, unknown> = { unknown: sdkProxy.unknownStringValue, code: new asset.StringAsset("x") };
  circle["self"] = circle;
  expect(secretPaths(circle)).toEqual(new Set());
  expect(secretPaths({})).toEqual(new Set());
});

test("the paths are those of the texts found below them, and of no other text", () => {
  const sent = {
    secretString: JSON.stringify({ password: "s" }),
    secretStrings: "n",
    list: ["s", "n"],
    nested: { map: { key: "s" } },
    "nested.map": "n",
    password: "s",
    passwordHint: "n",
  };
  const secrets = secretPaths({
    ...sent,
    secretString: new Secret(sent.secretString),
    list: [new Secret("s"), "n"],
    nested: new Secret(sent.nested),
    password: new Secret("s"),
  });
  const texts = [...propertyTexts(sent).texts].filter(({ text }) => text === "s" || text === "n");
  expect(texts.map(({ path }) => [path, liesInSecret(path, secrets)])).toEqual(
    texts.map(({ path, text }) => [path, text === "s"]),
  );
  expect(texts).toHaveLength(8);
});

test.each([
  ["password", true],
  ["password|json.a[0]", true],
  ["password|base64", true],
  ["password.a", true],
  ["password[2]", true],
  ["password (the name itself)", true],
  ["passwordHint", false],
  ["a.password", false],
  ["pass", false],
  ["", false],
])("%j lies in the secret password: %j", (path, expected) => {
  expect(liesInSecret(path, new Set(["password"]))).toBe(expected);
  expect(liesInSecret(path, new Set())).toBe(false);
});
