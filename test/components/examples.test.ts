/**
 * Every example under mocks, at a first preview (next to nothing is known) and at an update: whatever they register must be free of
 * the texts that a value turns into when it was used before it was known, and must be in the right region.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../tree";
import { EXAMPLE_CONFIG } from "./exampleConfig";
import type * as Mocks from "./mocks";

/** Not deployable, on purpose; recipes for a CI; not TypeScript, and run through the plugin. Each has tests of its own. */
const OTHERS = ["rejected", "ci", "python", "yaml"];
const examples = readdirSync(path.join(ROOT, "examples")).filter((name) => !OTHERS.includes(name));
const UNUSABLE = /undefined|\[object|\[Function|Calling \[toString\]|NaN/;

type Seen = Pick<typeof Mocks, "registered" | "lookUps">;

/** What each example registers. All of them share one fresh module registry: loading the providers is what takes long. */
function seenBy(preview: boolean): (name: string) => Promise<Seen> {
  const seen = new Map<string, Promise<Seen>>();
  let pulumi: typeof import("@pulumi/pulumi");
  let mocks: typeof Mocks;
  beforeAll(() => {
    jest.resetModules();
    /* eslint-disable @typescript-eslint/no-require-imports -- only require sees the fresh registry */
    pulumi = require("@pulumi/pulumi") as typeof pulumi;
    mocks = require("./mocks") as typeof mocks;
  });
  const register = async (name: string): Promise<Seen> => {
    await mocks.startMocks({ preview });
    const config = Object.entries(EXAMPLE_CONFIG[name] ?? {}).map(([key, value]) => [`project:${key}`, value]);
    pulumi.runtime.setAllConfig(Object.fromEntries(config));
    require(path.join(ROOT, "examples", name, "index.ts"));
    /* eslint-enable @typescript-eslint/no-require-imports */
    await mocks.settle();
    return { registered: mocks.registered, lookUps: mocks.lookUps };
  };
  return (name) => seen.get(name) ?? seen.set(name, register(name)).get(name)!;
}

function expectNothingUnknown(registered: Seen["registered"]): void {
  expect(registered.filter((r) => r.type.startsWith("aws:")).length).toBeGreaterThan(60);
  const bad = registered.filter((r) => UNUSABLE.test(JSON.stringify(r.inputs)));
  expect(bad.map((r) => `${r.type} ${r.name}: ${JSON.stringify(r.inputs)}`)).toEqual([]);
}

test("the examples are all here, with a configuration each", () => {
  expect(examples.sort()).toEqual(Object.keys(EXAMPLE_CONFIG).sort());
});

describe("the examples, at a first preview", () => {
  const seen = seenBy(true);

  it.each(examples)("%s hands over no value before it is known", async (name) => {
    expectNothingUnknown((await seen(name)).registered);
  });
});

describe("the examples, when all is known", () => {
  const seen = seenBy(false);

  it.each(examples)("%s hands over no value before it is known", async (name) => {
    expectNothingUnknown((await seen(name)).registered);
  });

  it.each(examples)("%s puts every regional child of the replica in its region", async (name) => {
    const replica = (await seen(name)).registered.filter(
      (r) => /-replica(-|$)/.test(r.name) && r.type.startsWith("aws:") && !r.type.startsWith("aws:iam/"),
    );
    expect(replica.length).toBeGreaterThan(10);
    expect(replica.filter((r) => r.inputs.region !== "eu-west-1").map((r) => r.name)).toEqual([]);
  });

  it("stack takes from its settings what has a place of its own in the configuration too", async () => {
    const { registered } = await seen("stack");
    const subscriptions = registered.filter((r) => r.type === "aws:sns/topicSubscription:TopicSubscription");
    expect(subscriptions.map((r) => r.inputs.endpoint)).toEqual(["dba@example.com", "dba@example.com"]);
  });

  it("cross-account makes the second account's children with its own provider, and asks it who is there", async () => {
    const { registered, lookUps } = await seen("cross-account");
    const replica = registered.filter((r) => /-replica(-|$)/.test(r.name) && r.type.startsWith("aws:"));
    expect(replica.filter((r) => !r.provider.includes("pulumi:providers:aws")).map((r) => r.name)).toEqual([]);
    const asked = lookUps.filter(({ provider }) => provider?.includes("pulumi:providers:aws"));
    expect(asked.map(({ token }) => token)).toContain("aws:index/getCallerIdentity:getCallerIdentity");
  });
});
