import { gzipSync } from "node:zlib";
import { asset } from "@pulumi/pulumi";
import { credentialsIn } from "../../policies/credentialsIn";
import { leaked } from "./leaked";

const kinds = async (props: object) =>
  (await credentialsIn(props)).map(({ path, kind }) => `${path}: ${kind ?? "unread"}`);
const throwing = (): never => {
  throw new Error(leaked.github);
};

describe("what cannot be read is told, and the rest is searched", () => {
  const rest = { other: leaked.github };
  test.each([
    ["a throwing getter", Object.defineProperty({ ...rest }, "broken", { get: throwing, enumerable: true })],
    ["an object that does not list its keys", { ...rest, broken: new Proxy({}, { ownKeys: throwing }) }],
    ["an object that lets nothing be read", { ...rest, broken: new Proxy({}, { get: throwing }) }],
    ["a revoked proxy", { ...rest, broken: revoked() }],
  ])("%s", async (_what, props) => {
    expect(await kinds(props)).toEqual(expect.arrayContaining(["other: GitHub token", "broken: unread"]));
  });

  test("a promise rejected inside an asset", async () => {
    const archive = new asset.AssetArchive({
      "a.txt": new asset.StringAsset(Promise.reject(new Error(leaked.github))),
      "b.txt": new asset.StringAsset(leaked.github),
    });
    expect(await kinds({ code: archive })).toEqual(["code|asset/a.txt: unread", "code|asset/b.txt: GitHub token"]);
  });

  test("a text that would grow beyond 8 MiB when decompressed", async () => {
    const bomb = gzipSync(Buffer.alloc(9 * 1024 * 1024, "a")).toString("base64");
    const large = gzipSync(`${leaked.github} ${"a ".repeat(3 * 1024 * 1024)}`).toString("base64");
    expect(await kinds({ userDataBase64: bomb })).toEqual(["userDataBase64|base64|gzip: unread"]);
    expect(await kinds({ userDataBase64: large })).toEqual(["userDataBase64|base64|gzip: GitHub token"]);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test("symbols, functions, numbers, bigints and dates are no texts", async () => {
  const digits = "4111111111111111";
  const props = {
    [Symbol(leaked.github)]: leaked.github,
    symbol: Symbol(leaked.github),
    call: () => leaked.github,
    number: Number(digits),
    bigint: BigInt(digits.repeat(3)),
    date: new Date(0),
    nothing: null,
    missing: undefined,
    yes: true,
  };
  expect(await credentialsIn(props)).toEqual([]);
});

test("circles end, in properties and in archives", async () => {
  const members: Record<string, asset.Asset | asset.Archive> = { "a.txt": new asset.StringAsset(leaked.github) };
  const archive = new asset.AssetArchive(members);
  members["again"] = archive;
  const props: Record<string, unknown> = { archive, list: [leaked.npm] };
  props["self"] = [props];
  expect(await kinds(props)).toEqual(["list[0]: npm token", "archive|asset/a.txt: GitHub token"]);
});

test("a hundred thousand levels do not exhaust the stack, in objects and in JSON", async () => {
  let nested: unknown = { end: leaked.github };
  for (let level = 0; level < 100_000; level++) nested = { n: nested };
  expect((await credentialsIn({ nested })).map(({ kind }) => kind)).toEqual(["GitHub token"]);
  const levels = 5_000;
  const json = `${"[".repeat(levels)}"${leaked.github}"${"]".repeat(levels)}`;
  expect((await credentialsIn({ json })).map(({ kind }) => kind)).toEqual(["GitHub token"]);
});

test("a million keys are searched to the last", async () => {
  const many: Record<string, string> = {};
  for (let index = 0; index < 1_000_000; index++) many[`k${index}`] = "v";
  many["last"] = leaked.github;
  expect(await kinds({ many })).toEqual(["many.last: GitHub token"]);
});

test.each([
  ["malformed JSON", `{"a": "${leaked.github}", `],
  ["JSON with a mark of order before it", `\ufeff{"a":"${leaked.github}"}`],
  ["base64 with another text behind it", `${Buffer.from("a longer text").toString("base64")} ${leaked.npm}`],
])("%s is searched as it is", async (_what, text) => {
  expect(await credentialsIn({ text })).toHaveLength(1);
});

test("what begins as gzip and is none, and binary data in base64, hold nothing", async () => {
  const broken = Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(60, "a")]).toString("base64");
  const binary = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 37) % 256)).toString("base64");
  expect(await credentialsIn({ broken, binary })).toEqual([]);
});

describe("a user-data text of 5 MB is searched to its end", () => {
  const script = `#!/bin/sh\n${"echo token refreshed; curl -s https://example.com/x # secret rotated\n".repeat(75_000)}`;
  test.each([
    ["plain", "userData", (end: string) => script + end],
    ["as JSON", "userData|json.end", (end: string) => JSON.stringify({ script, end })],
    ["in base64", "userData|base64", (end: string) => Buffer.from(script + end).toString("base64")],
    ["compressed", "userData|base64|gzip", (end: string) => gzipSync(script + end).toString("base64")],
  ])("%s", async (_how, path, write) => {
    expect(await kinds({ userData: write(leaked.github) })).toEqual([`${path}: GitHub token`]);
    expect(await credentialsIn({ userData: write("end") })).toEqual([]);
  });
});

// Pieces that begin a shape again and again: a search that looks back or ahead without a bound would not end here.
const PIECES =
  'a|A|0|/|=| |\n|://|:|@|-----BEGIN |-----BEGIN PRIV~ATE KEY-----|eyJ.|eyJaaaaaaaaa.|password=|password: |password=abc |a://a:|secret|aws_secret_access_key |mysql |mysql x -p|curl |curl -u a:|docker login |chpasswd|a:a:|a:*:a:.pgpass|name: a value: |<password>|--password |define(|Private-Lines: 1 |AK~IA|sk~_|xo~xb-1|SK|pat.|-us|0123456789abcdef|key-|AccountKey=|EAAC|authorization: basic |ConvertTo-SecureString |Q~|.atlasv1.|_mmk|fm2_|ops_eyJ|glpat-|-ghs_1_eyJaaaaaaaaaa|-eyJ|_eyJaaaaaaaaaaa|ghs_1_eyJ|IQoJb3JpZ2lu|jdbc:oracle:thin:a/|.logic.azure.com|:AA|.acc_|token: a\n|{|[|\\"';
test.each(PIECES.split("|").map((piece) => piece.replaceAll("~", "")))(
  "two million characters of %j are searched in one pass",
  async (piece) => {
    expect(await kinds({ userData: piece.repeat(2_000_000 / Math.max(1, piece.length)) })).toEqual([]);
  },
);
