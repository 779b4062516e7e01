/** The stand-in provider's table: what each row refuses and what it lets through, and the pure parts around it. */
import { readFileSync } from "node:fs";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import { autoName } from "../support/provider/autoName";
import { createAwsClients } from "../support/provider/awsClients";
import { configuration, refusedSettings } from "../support/provider/configuration";
import { difference } from "../support/provider/difference";
import type { Context } from "../support/provider/handler";
import { lets } from "../support/provider/refusals/policies";
import { asText } from "../support/provider/state";
import { handlerFor, handlers, servedTypes } from "../support/provider/table";
import { received, sent, UNKNOWN, type Props } from "../support/provider/wire";
import { zipArchive } from "../support/provider/zip";
import { startBench, type Bench } from "../support/standin/fixtures";
import { REFUSALS } from "./programs/refusals";

const REGION = "eu-central-1";

describe("refused from the inputs alone", () => {
  test.each(REFUSALS)("fails when $type has $what", ({ type, base, bad, messages }) => {
    expect(handlerFor(type).refuse!({ ...base, ...bad })).toEqual(messages);
  });

  test.each(REFUSALS)("lets $type through where $what is mended", ({ type, base, good }) => {
    expect(handlerFor(type).refuse!({ ...base, ...good })).toEqual([]);
  });

  test.each(handlers.filter((h) => h.refuse).map((h) => h.type))("%s has both sides of a refusal here", (type) => {
    const tested = REFUSALS.map((r) => r.type);
    const policies = ["aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "aws:sqs/queuePolicy:QueuePolicy"];
    expect([...tested, ...policies]).toContain(type);
  });

  // The rules of policy documents are tested once, above; here only that these types apply them.
  test.each([
    ["aws:sns/topic:Topic", {}],
    ["aws:sns/topicPolicy:TopicPolicy", {}],
    ["aws:sqs/queuePolicy:QueuePolicy", {}],
    ["aws:sqs/queue:Queue", {}],
  ])("fails when the policy of %s is no JSON, and lets a good one through", (type, base) => {
    const good = JSON.stringify({
      Statement: { Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: "*" },
    });
    expect(handlerFor(type).refuse!({ ...base, policy: "{" })).toEqual([
      "MalformedPolicyDocument: the policy is not JSON",
    ]);
    expect(handlerFor(type).refuse!({ ...base, policy: good })).toEqual([]);
  });

  /** Copies of the inputs with one value after the other unknown, at every depth. */
  function* withUnknowns(value: any): Generator<any> {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      const put = (changed: unknown): any =>
        Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
      if (value[key] !== undefined) yield put(UNKNOWN);
      for (const changed of withUnknowns(value[key])) yield put(changed);
    }
  }

  // A preview must not be refused for what it cannot know.
  test.each(REFUSALS)("lets unknown values of $type through: $what", ({ type, base, good }) => {
    const refused = [...withUnknowns({ ...base, ...good })].filter(
      (inputs) => handlerFor(type).refuse!(inputs).length > 0,
    );
    expect(refused).toEqual([]);
  });
});

describe("the table against the AWS provider's SDK", () => {
  const sourceOf = (type: string): string => {
    const [, path] = /^aws:([^:]+):/.exec(type)!;
    return readFileSync(require.resolve(`@pulumi/aws/${path}`), "utf8");
  };

  test.each(handlers.map((h) => h.type))("%s exists there, with every property that the row names", (type) => {
    const { replaceOn, computed, name } = handlerFor(type);
    const source = sourceOf(type);
    const known = new Set([...source.matchAll(/resourceInputs\["(\w+)"\]/g)].map((m) => m[1]));
    expect(source).toContain(`'${type}'`);
    expect([...replaceOn, ...computed, ...(name ? [name.property] : [])].filter((key) => !known.has(key))).toEqual([]);
  });

  test("databases alone are for previews, and creating one fails", async () => {
    const previewed = handlers.filter((h) => !servedTypes.includes(h.type));
    expect(previewed.map((h) => h.type.split("/")[0])).toEqual(["aws:rds", "aws:rds"]);
    await expect(previewed[0]!.create({} as Context, {})).rejects.toThrow(
      "the stand-in provider knows aws:rds/instance:Instance at previews alone: no stand-in serves it",
    );
  });

  test("fails when a type has no row", () => {
    expect(() => handlerFor("aws:dynamodb/table:Table")).toThrow(
      "the stand-in provider has no handler for aws:dynamodb/table:Table: add one under test/support/provider/handlers/",
    );
  });
});

describe("refused because of what is there", () => {
  let bench: Bench;
  let context: Context;

  beforeAll(async () => {
    bench = await startBench();
    const aws = createAwsClients(REGION, bench.as());
    context = { aws, region: REGION, accountId: bench.standin.accountId, partition: "aws" };
  }, 300_000);
  afterAll(() => bench?.close());

  const s3 = (name: string): string => `aws:s3/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
  const create = async (type: string, inputs: Props): Promise<string> =>
    (await handlerFor(type).create(context, inputs)).id;
  const status = (s: string): Props => ({ versioningConfiguration: { status: s } });
  let count = 0;

  async function bucket(state: "plain" | "versioned" | "locked"): Promise<string> {
    const name = `b-${state}-${++count}`;
    await create(s3("Bucket"), { bucket: name, objectLockEnabled: state === "locked" });
    if (state !== "plain") await create(s3("BucketVersioning"), { bucket: name, ...status("Enabled") });
    return name;
  }

  const lock = (name: string) =>
    create(s3("BucketObjectLockConfiguration"), {
      bucket: name,
      rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } },
    });
  const replicate = (source: string, destination: string) => {
    const filter = { prefix: "" };
    const rule = {
      id: "a",
      priority: 1,
      status: "Enabled",
      filter,
      deleteMarkerReplication: { status: "Disabled" },
      destination: { bucket: `arn:aws:s3:::${destination}` },
    };
    return create(s3("BucketReplicationConfig"), {
      bucket: source,
      role: `arn:aws:iam::${context.accountId}:role/r`,
      rules: [rule],
    });
  };
  const log = (target: string, source: string) => create(s3("BucketLogging"), { bucket: source, targetBucket: target });
  const trusting = async (service: string): Promise<string> => {
    const name = `role-${++count}`;
    const Statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
    await create("aws:iam/role:Role", { name, assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    return `arn:aws:iam::${context.accountId}:role/${name}`;
  };

  test("fails when a lock is put on a bucket without versioning, and works with it", async () => {
    await expect(lock(await bucket("plain"))).rejects.toThrow(
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
    await lock(await bucket("versioned"));
  });

  test("fails when versioning of a locked bucket is suspended, and works without a lock", async () => {
    const suspend = (name: string) => create(s3("BucketVersioning"), { bucket: name, ...status("Suspended") });
    await expect(suspend(await bucket("locked"))).rejects.toThrow(
      "InvalidBucketState: an Object Lock configuration is present on this bucket, so the versioning state cannot be changed",
    );
    await suspend(await bucket("versioned"));
  });

  test("fails when either side of a replication lacks versioning or only the source is locked", async () => {
    await expect(replicate(await bucket("plain"), await bucket("versioned"))).rejects.toThrow(
      "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    );
    await expect(replicate(await bucket("versioned"), await bucket("plain"))).rejects.toThrow(
      "Destination bucket must have versioning enabled.",
    );
    const unlocked = await bucket("versioned");
    await expect(replicate(await bucket("locked"), unlocked)).rejects.toThrow(
      `InvalidRequest: destination bucket ${unlocked} must have Object Lock enabled, as the source has`,
    );
    await expect(replicate(await bucket("versioned"), "nowhere")).rejects.toThrow(
      "InvalidRequest: destination bucket nowhere must exist",
    );
    await replicate(await bucket("versioned"), await bucket("versioned"));
    await replicate(await bucket("locked"), await bucket("locked"));
  });

  test("fails when access logs go to a locked bucket, and works for a plain one", async () => {
    const target = await bucket("locked");
    await expect(log(target, await bucket("plain"))).rejects.toThrow(
      `InvalidTargetBucketForLogging: ${target} has Object Lock enabled`,
    );
    await log(await bucket("plain"), await bucket("plain"));
  });

  test("fails when a topic does not let S3 publish, and works when its policy does", async () => {
    const arn = await create("aws:sns/topic:Topic", { name: "events" });
    const source = await bucket("plain");
    const topics = [{ topicArn: arn, events: ["s3:ObjectCreated:*"] }];
    const notify = () => create(s3("BucketNotification"), { bucket: source, topics });
    await expect(notify()).rejects.toThrow(
      `InvalidArgument: unable to validate the destination ${arn}: its policy does not let s3.amazonaws.com publish`,
    );
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sns:Publish",
      Resource: arn,
    };
    await create("aws:sns/topicPolicy:TopicPolicy", {
      arn,
      policy: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    await notify();
  });

  test("fails when a bucket holds something, and deletes it with forceDestroy or empty", async () => {
    const name = await bucket("versioned");
    await create(s3("BucketObjectv2"), { bucket: name, key: "a.txt", content: "text" });
    const remove = (state: Props) => handlerFor(s3("Bucket")).delete(context, name, state);
    await expect(remove({})).rejects.toThrow("The bucket you tried to delete is not empty");
    const { Body } = await context.aws.s3.send(new GetObjectCommand({ Bucket: name, Key: "a.txt" }));
    expect(await Body!.transformToString()).toBe("text");
    await remove({ forceDestroy: true });
    await handlerFor(s3("Bucket")).delete(context, await bucket("plain"), {});
  });

  const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
  const window = { flexibleTimeWindow: { mode: "OFF" }, scheduleExpression: "rate(1 hour)" };
  const target = { arn: "arn:aws:sqs:eu-central-1:123456789012:q" };
  const archive = sent({
    code: { "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", assets: {} },
  });
  const { code } = received(archive).props;
  const takers: [string, string, (role: string, name: string) => Props][] = [
    ["aws:sfn/stateMachine:StateMachine", "states.amazonaws.com", (roleArn, name) => ({ name, roleArn, definition })],
    [
      "aws:scheduler/schedule:Schedule",
      "scheduler.amazonaws.com",
      (roleArn, name) => ({ name, ...window, target: { ...target, roleArn } }),
    ],
    [
      "aws:lambda/function:Function",
      "lambda.amazonaws.com",
      (role, name) => ({ name, role, code, handler: "i.h", runtime: "nodejs22.x" }),
    ],
  ];

  test.each(takers)(
    "fails when %s gets a role that %s cannot assume, and works with one that it can",
    async (type, service, inputs) => {
      const wrong = await trusting("ec2.amazonaws.com");
      await expect(create(type, inputs(wrong, `taker-${++count}`))).rejects.toThrow(
        `the role ${wrong} cannot be assumed by ${service}: its trust policy does not allow it`,
      );
      await create(type, inputs(await trusting(service), `taker-${++count}`));
    },
  );

  test("fails when an alarm acts in another region, and works in its own", async () => {
    const act = (region: string) =>
      create("aws:cloudwatch/metricAlarm:MetricAlarm", {
        name: `alarm-${region}`,
        namespace: "N",
        metricName: "M",
        statistic: "Maximum",
        period: 60,
        evaluationPeriods: 1,
        threshold: 1,
        comparisonOperator: "GreaterThanThreshold",
        alarmActions: [`arn:aws:sns:${region}:${context.accountId}:alerts`],
      });
    await expect(act("eu-west-1")).rejects.toThrow(
      "ValidationError: invalid region eu-west-1 specified. Only eu-central-1 is supported.",
    );
    await act(REGION);
  });
});

describe("names", () => {
  const rule = { property: "name", maxLength: 20 };
  const seed = Buffer.from("seed");

  test("are the resource's name and seven hex digits, the same for the same seed only", () => {
    expect(autoName(rule, "dump", seed)).toMatch(/^dump-[0-9a-f]{7}$/);
    expect(autoName(rule, "dump", seed)).toBe(autoName(rule, "dump", seed));
    expect(autoName(rule, "dump", seed)).not.toBe(autoName(rule, "dump", Buffer.from("other")));
    expect(autoName({ ...rule, lowerCase: true, prefix: "a/" }, "Dump", seed)).toMatch(/^a\/dump-[0-9a-f]{7}$/);
  });

  test("fails when no room is left for the digits, and fits to the last character", () => {
    expect(autoName(rule, "x".repeat(12), seed)).toHaveLength(20);
    expect(() => autoName(rule, "x".repeat(13), seed)).toThrow(
      'name "xxxxxxxxxxxxx" plus 8 characters is longer than the 20 that AWS allows: shorten the resource\'s name or give "name" explicitly',
    );
  });
});

describe("differences", () => {
  const rules = { replaceOn: ["kind"], nameProperty: "name" };

  test.each<[string, Props, Props, Props]>([
    ["nothing changed", { a: 1 }, { a: 1 }, { changed: [], replaces: [] }],
    ["JSON was re-formatted", { p: '{"a":1,"b":2}' }, { p: '{ "b": 2, "a": 1 }' }, { changed: [], replaces: [] }],
    ["JSON says something else", { p: '{"a":1}' }, { p: '{"a":2}' }, { changed: ["p"], replaces: [] }],
    ["the region was taken away", { region: "eu-west-1" }, {}, { changed: [], replaces: [] }],
    [
      "the region was changed",
      { region: "eu-west-1" },
      { region: "eu-west-2" },
      { changed: ["region"], replaces: ["region"] },
    ],
    ["what cannot change in place was", { kind: "a" }, { kind: "b" }, { changed: ["kind"], replaces: ["kind"] }],
    ["a new value is unknown", { a: 1 }, { a: UNKNOWN }, { changed: ["a"], replaces: [] }],
  ])("when %s", (_what, olds, news, expected) => {
    expect(difference(olds, news, rules)).toMatchObject(expected);
  });

  test("a replacement under a name of one's own deletes first; under an automatic name it creates first", () => {
    const olds = { kind: "a", name: "n" };
    expect(difference(olds, { kind: "b", name: "n" }, rules).deleteBeforeReplace).toBe(true);
    expect(difference(olds, { kind: "b", name: "n", __defaults: ["name"] }, rules).deleteBeforeReplace).toBe(false);
    expect(difference(olds, { kind: "b", name: "other" }, rules).deleteBeforeReplace).toBe(false);
  });
});

test("a policy given as an object becomes text, and other objects stay", () => {
  expect(asText({ policy: { a: 1 }, tags: { a: "b" }, redrivePolicy: "{}" })).toEqual({
    policy: '{"a":1}',
    tags: { a: "b" },
    redrivePolicy: "{}",
  });
});

test("secrets are opened for the handlers and closed again in the answer, wherever they were", () => {
  const closed = sent({ plain: "a", nested: { deep: "b" }, gone: undefined }, ["nested"]);
  const opened = received(closed);
  expect(opened.props).toEqual({ plain: "a", nested: { deep: "b" } });
  expect([...opened.secrets]).toEqual(["nested"]);
  expect([...received(sent(opened.props)).secrets]).toEqual([]);
});

test("function code is packed with its names and the same bytes each time", () => {
  const asset = (text: string): Props => ({
    "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
    text,
  });
  const archive = { assets: { "index.js": asset("one"), "lib/two.js": asset("two") } };
  const files = unzipSync(zipArchive(archive));
  expect(
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString()])),
  ).toEqual({
    "index.js": "one",
    "lib/two.js": "two",
  });
  expect(Buffer.from(zipArchive(archive)).equals(Buffer.from(zipArchive(archive)))).toBe(true);
  expect(() => zipArchive({ uri: "https://example.com/code.zip" })).toThrow(
    "function code must be a FileArchive or an AssetArchive",
  );
});

test("provider settings: a region is needed, what is not served is refused, the rest is understood", () => {
  expect(refusedSettings({})).toEqual(['no region: set the configuration value "aws:region"']);
  expect(refusedSettings({ region: "mars-1", accessKey: "k" })).toEqual([
    'the stand-in provider does not serve the provider setting "accessKey": it takes region, defaultTags, allowedAccountIds, assumeRoles',
    "invalid AWS Region: mars-1",
  ]);
  expect(refusedSettings({ region: "us-gov-west-1", skipRegionValidation: "false", version: "7" })).toEqual([]);
  expect(configuration({ region: REGION, defaultTags: '{"tags":{"a":"b"}}' })).toEqual({
    region: REGION,
    defaultTags: { a: "b" },
    allowedAccountIds: [],
    assumeRoles: [],
  });
});

test("roles to assume are taken as they come, as text too; a setting of theirs that is not served is refused", () => {
  const role = { roleArn: "arn:aws:iam::222222222222:role/a", externalId: "x", sessionName: "s" };
  const settings = (assumeRoles: unknown): Props => ({ region: REGION, assumeRoles });
  for (const given of [[role], JSON.stringify([role])]) {
    expect(refusedSettings(settings(given))).toEqual([]);
    expect(configuration(settings(given)).assumeRoles).toEqual([role]);
  }
  expect(refusedSettings(settings([{ ...role, policy: "{}" }]))).toEqual([
    'the stand-in provider does not serve "policy" of assumeRoles: it takes roleArn, externalId, sessionName',
  ]);
});

test("a trust policy lets in the services that it names", () => {
  const trust = (Principal: unknown, Effect = "Allow"): string =>
    JSON.stringify({ Statement: [{ Effect, Principal, Action: "sts:AssumeRole" }] });
  expect(lets(trust({ Service: ["a.amazonaws.com", "b.amazonaws.com"] }), "b.amazonaws.com")).toBe(true);
  expect(lets(trust({ Service: "a.amazonaws.com" }), "b.amazonaws.com")).toBe(false);
  expect(lets(trust({ Service: "b.amazonaws.com" }, "Deny"), "b.amazonaws.com")).toBe(false);
});
