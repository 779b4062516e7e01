import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { asset } from "@pulumi/pulumi";
import { propertyTexts, type FoundText } from "../../policies/texts";
import { UNKNOWN_TEXT } from "./harness";
import { leaked } from "./leaked";

async function collect(props: object): Promise<FoundText[]> {
  const found: FoundText[] = [];
  const { texts, assetTexts } = propertyTexts(props);
  found.push(...texts);
  for await (const text of assetTexts()) found.push(text);
  return found;
}

/** Values only, by path; the names of properties are searched too, and have tests of their own. */
async function values(props: object): Promise<Record<string, string | undefined>> {
  const found = await collect(props);
  return Object.fromEntries(found.filter((f) => !f.path.endsWith(" (the name itself)")).map((f) => [f.path, f.text]));
}

test("nested values are found with their paths", async () => {
  expect(await values({ a: "1", b: { c: ["2", { d: "3" }] } })).toEqual({ a: "1", "b.c[0]": "2", "b.c[1].d": "3" });
});

test("names of properties are texts too", async () => {
  expect((await collect({ tags: { Team: "x" } })).map((f) => [f.path, f.text])).toContainEqual([
    "tags.Team (the name itself)",
    "Team",
  ]);
});

test("a credential used as a name does not come out in the path", async () => {
  const paths = (await collect({ tags: { [leaked.github]: "x" } })).map((f) => f.path);
  expect(paths).toEqual(["tags (the name itself)", "tags.<redacted> (the name itself)", "tags.<redacted>"]);
});

test("a value beside a name is called by that name", async () => {
  const [found] = (await collect({ environment: [{ name: "TOKEN", value: "x" }] })).filter((f) => f.text === "x");
  expect(found?.name).toBe("TOKEN");
});

test("JSON texts are taken apart, at any depth up to four", async () => {
  const inner = JSON.stringify({ b: JSON.stringify([{ c: "deep" }]) });
  expect(await values({ a: inner })).toEqual({ "a|json.b|json[0].c": "deep" });
});

test("text that only begins like JSON is searched as it is", async () => {
  expect(await values({ a: "{not json" })).toEqual({ a: "{not json" });
});

test("base64 is searched as it is and decoded", async () => {
  const text = "#!/bin/sh\necho a longer script that installs something\n";
  const encoded = Buffer.from(text).toString("base64");
  expect(await values({ userDataBase64: encoded })).toEqual({ userDataBase64: encoded, "userDataBase64|base64": text });
});

test("base64 of binary data is not decoded", async () => {
  const encoded = Buffer.from(Array.from({ length: 60 }, (_, i) => (i * 37) % 256)).toString("base64");
  expect(Object.keys(await values({ data: encoded }))).toEqual(["data"]);
});

test("unknown values are passed over and their neighbours are not", async () => {
  expect(await values({ a: UNKNOWN_TEXT, b: "known" })).toEqual({ b: "known" });
});

test("a circle ends and an object used twice is searched once", async () => {
  const shared = { text: "x" };
  const props: Record<string, unknown> = { a: shared, b: shared };
  props["self"] = props;
  expect(await values(props)).toEqual({ "a.text": "x" });
});

test("ten thousand levels do not exhaust the stack", async () => {
  let nested: Record<string, unknown> = { end: "x" };
  for (let level = 0; level < 10_000; level++) nested = { n: nested };
  expect(Object.values(await values(nested))).toEqual(["x"]);
});

test("a property that throws is reported without a text and the rest is searched", async () => {
  const props = {
    get broken(): string {
      throw new Error("no");
    },
    fine: "x",
  };
  expect(await values(props)).toEqual({ broken: undefined, fine: "x" });
});

test("a text of 5 MB is searched whole", async () => {
  const text = `${"x ".repeat(2.5 * 1024 * 1024)}end`;
  expect((await values({ userData: text }))["userData"]?.endsWith("end")).toBe(true);
});

describe("assets and archives", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "texts-"));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  fs.mkdirSync(path.join(folder, "lib"));
  fs.writeFileSync(path.join(folder, "index.js"), "one");
  fs.writeFileSync(path.join(folder, "lib", "two.js"), "two");
  fs.writeFileSync(path.join(folder, "image.bin"), Buffer.from([1, 0, 2]));
  fs.writeFileSync(path.join(folder, "huge.txt"), "x".repeat(1024 * 1024 + 1));

  test("inline texts are found", async () => {
    const code = new asset.AssetArchive({
      "index.js": new asset.StringAsset("inline"),
      nested: new asset.AssetArchive({ "a.txt": new asset.StringAsset('{"b":"json"}') }),
    });
    expect(await values({ code })).toEqual({
      "code|asset/index.js": "inline",
      "code|asset/nested/a.txt|json.b": "json",
    });
  });

  test("files and folders at absolute paths are read, binary and huge files are not", async () => {
    expect(await values({ code: new asset.FileArchive(folder) })).toEqual({
      "code|asset/index.js": "one",
      "code|asset/lib/two.js": "two",
    });
    expect(await values({ source: new asset.FileAsset(path.join(folder, "index.js")) })).toEqual({
      "source|asset": "one",
    });
  });

  test("relative paths, missing files and URLs are passed over", async () => {
    expect(
      await values({
        a: new asset.FileAsset("package.json"),
        b: new asset.FileAsset(path.join(folder, "missing")),
        c: new asset.RemoteArchive("https://example.com/a.zip"),
      }),
    ).toEqual({});
  });
});
