// needs: standin
// tests only: test/support
/** The patches of the stand-in's S3 and IAM: each test fails without its patch, and guards are tried from both sides. */
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { refusal } from "../support/standin/fixtures";
import {
  bench,
  bucket,
  client,
  head,
  inDays,
  locked,
  multipart,
  next,
  put,
  root,
  useBench,
} from "../support/standin/s3Fixtures";

useBench();

test("names every gap it mends", () => {
  expect(bench.standin.gaps.length).toBeGreaterThan(20);
  expect(bench.standin.gaps[0]).toEqual({ name: "one port", gap: expect.stringContaining("443") });
});

describe("least privilege", () => {
  test("a role that may only put can put, create-only too, but neither read nor list", async () => {
    const Bucket = await bucket();
    const writer = await client({ Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` });
    await put(writer, Bucket, { IfNoneMatch: "*" });
    expect(await refusal(put(writer, Bucket, { IfNoneMatch: "*" }))).toMatch(/^PreconditionFailed: /);
    expect(await refusal(writer.send(new GetObjectCommand({ Bucket, Key: "key" })))).toMatch(
      /^AccessDenied: .*s3:GetObject/,
    );
    expect(await refusal(writer.send(new ListObjectsV2Command({ Bucket })))).toMatch(/^AccessDenied: .*s3:ListBucket/);
  });

  test("aws:PrincipalArn of a session is its role, so a Deny for all but a role binds others and spares it", async () => {
    const admin = `arn:aws:iam::${bench.standin.accountId}:role/${next("admin")}`;
    const Condition = { ArnNotLike: { "aws:PrincipalArn": [admin] } };
    await bench.role(admin.split("/")[1]!, "ecs-tasks.amazonaws.com", [{ Action: "s3:*", Resource: "*" }]);
    const Bucket = await bucket({ statements: [{ Effect: "Deny", Action: "s3:PutObject", Resource: "*", Condition }] });
    const other = await client({ Action: "s3:*", Resource: "*" });
    expect(await refusal(put(other, Bucket))).toMatch(/^AccessDenied: /);
    await put(new S3Client(bench.as(await bench.assume(admin))), Bucket);
    expect(await refusal(put(root, Bucket))).toMatch(/^AccessDenied: User: arn:aws:iam::\d+:root is not authorized/);
  });

  test("a schedule is judged with its group, and a role with its path", async () => {
    const { accountId } = bench.standin;
    const [group, path, name] = [next("group"), "/backup/", next("role")];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await new IAMClient(bench.as()).send(
      new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument }),
    );
    const reader = async (within: string, below: string) => {
      const schedules = `arn:aws:scheduler:*:${accountId}:schedule/${within}/*`;
      const roles = `arn:aws:iam::${accountId}:role${below}*`;
      const allowed = [
        { Action: "scheduler:GetSchedule", Resource: schedules },
        { Action: "iam:GetRole", Resource: roles },
      ];
      return bench.as(await bench.assume(await bench.role(next("reader"), "ecs-tasks.amazonaws.com", allowed)));
    };
    const ask = async (as: Awaited<ReturnType<typeof reader>>) => [
      await refusal(new SchedulerClient(as).send(new GetScheduleCommand({ Name: "none", GroupName: group }))),
      await new IAMClient(as).send(new GetRoleCommand({ RoleName: name })).then(
        () => "found",
        ({ name }: Error) => name,
      ),
    ];
    expect(await ask(await reader(group, path))).toEqual([expect.stringMatching(/^ResourceNotFound/), "found"]);
    const elsewhere = await ask(await reader("default", "/elsewhere/"));
    expect(elsewhere).toEqual([expect.stringMatching(/^AccessDenied/), expect.stringMatching(/^AccessDenied/)]);
  });

  test("plain HTTP never reaches it, and TLS passes a Deny of insecure transport", async () => {
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const Bucket = await bucket({ statements: [{ Effect: "Deny", Action: "s3:*", Resource: "*", Condition }] });
    await put(root, Bucket);
    await expect(fetch(bench.standin.endpoint.replace("https", "http"))).rejects.toThrow();
  });
});

describe("condition keys", () => {
  const createOnly = {
    Effect: "Deny" as const,
    Action: "s3:PutObject",
    Resource: "*",
    Condition: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
  };

  test("a create-only policy refuses a put without If-None-Match and lets one with it through", async () => {
    const Bucket = await bucket({ statements: [createOnly] });
    expect(await refusal(put(root, Bucket))).toMatch(/^AccessDenied: /);
    await put(root, Bucket, { IfNoneMatch: "*" });
  });

  test("a create-only policy lets a multipart upload begin, and asks for If-None-Match when it completes", async () => {
    const Bucket = await bucket({ statements: [createOnly] });
    expect(await refusal(multipart(root, Bucket, "a"))).toMatch(/^AccessDenied: /);
    await multipart(root, Bucket, "a", {}, { IfNoneMatch: "*" });
  });

  test("lock mode and remaining days are bounded from both sides", async () => {
    const bounds = (Condition: object) => ({
      Effect: "Deny" as const,
      Action: "s3:PutObject",
      Resource: "*",
      Condition,
    });
    const Bucket = await bucket({
      statements: [
        bounds({ NumericLessThan: { "s3:object-lock-remaining-retention-days": "9" } }),
        bounds({ NumericGreaterThan: { "s3:object-lock-remaining-retention-days": "11" } }),
        bounds({ StringNotEquals: { "s3:object-lock-mode": "GOVERNANCE" }, Null: { "s3:object-lock-mode": "false" } }),
      ],
    });
    for (const days of [8, 12]) expect(await refusal(put(root, Bucket, locked(days)))).toMatch(/^AccessDenied: /);
    expect(await refusal(put(root, Bucket, { ...locked(10), ObjectLockMode: "COMPLIANCE" }))).toMatch(
      /^AccessDenied: /,
    );
    await put(root, Bucket, locked(10));
    await multipart(root, Bucket, "parts", locked(10));
  });

  test("retention set afterwards is bounded too", async () => {
    const Condition = { NumericGreaterThan: { "s3:object-lock-remaining-retention-days": "11" } };
    const Bucket = await bucket({
      statements: [{ Effect: "Deny", Action: "s3:PutObjectRetention", Resource: "*", Condition }],
    });
    await put(root, Bucket);
    const retain = (days: number) =>
      new PutObjectRetentionCommand({
        Bucket,
        Key: "key",
        Retention: { Mode: "GOVERNANCE", RetainUntilDate: inDays(days) },
      });
    expect(await refusal(root.send(retain(12)))).toMatch(/^AccessDenied: /);
    await root.send(retain(10));
  });
});

describe("Object Lock", () => {
  test("lock headers need PutObjectRetention and tags PutObjectTagging", async () => {
    const Bucket = await bucket();
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    const writer = await client({ Action: "s3:PutObject", Resource });
    expect(await refusal(put(writer, Bucket, locked(1)))).toMatch(/^AccessDenied: .*s3:PutObjectRetention/);
    expect(await refusal(put(writer, Bucket, { Tagging: "a=b" }))).toMatch(/^AccessDenied: .*s3:PutObjectTagging/);
    await put(await client({ Action: ["s3:PutObject", "s3:PutObjectRetention"], Resource }), Bucket, locked(1));
  });

  test("a multipart upload gets the lock it was created with", async () => {
    const Bucket = await bucket();
    const lock = locked(3);
    const VersionId = await multipart(root, Bucket, "key", lock);
    const found = await root.send(new GetObjectRetentionCommand({ Bucket, Key: "key", VersionId }));
    expect(found.Retention).toEqual({ Mode: "GOVERNANCE", RetainUntilDate: lock.ObjectLockRetainUntilDate });
    expect(await refusal(root.send(new DeleteObjectCommand({ Bucket, Key: "key", VersionId })))).toMatch(
      /^AccessDenied: .*object lock/,
    );
    await root.send(new DeleteObjectCommand({ Bucket, Key: "key", VersionId, BypassGovernanceRetention: true }));
  });

  test("a multipart upload without a lock gets the bucket's default, and none where there is none", async () => {
    const Bucket = await bucket();
    await multipart(root, Bucket, "before");
    const Rule = { DefaultRetention: { Mode: "GOVERNANCE" as const, Days: 7 } };
    await root.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule },
      }),
    );
    await multipart(root, Bucket, "after");
    expect((await head(Bucket, "before")).ObjectLockMode).toBeUndefined();
    expect((await head(Bucket, "after")).ObjectLockMode).toBe("GOVERNANCE");
  });

  test.each([
    [
      "a past date",
      { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: inDays(-1) },
      "InvalidArgument: The retain until date must be in the future!",
    ],
    [
      "a mode without a date",
      { ObjectLockMode: "GOVERNANCE" },
      "InvalidArgument: x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    ],
  ])("fails when a lock has %s, whole or multipart", async (_what, lock, message) => {
    const Bucket = await bucket();
    expect(await refusal(put(root, Bucket, lock))).toBe(message);
    expect(await refusal(multipart(root, Bucket, "key", lock))).toBe(message);
  });

  test("fails when bypass is asked for without the right to it", async () => {
    const Bucket = await bucket();
    const { VersionId } = await put(root, Bucket, locked(1));
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    const bypass = new DeleteObjectCommand({ Bucket, Key: "key", VersionId, BypassGovernanceRetention: true });
    expect(await refusal((await client({ Action: "s3:DeleteObjectVersion", Resource })).send(bypass))).toMatch(
      /^AccessDenied: .*s3:BypassGovernanceRetention/,
    );
    await (await client({ Action: ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"], Resource })).send(bypass);
  });

  test("shows a lock only to holders of GetObjectRetention", async () => {
    const Bucket = await bucket();
    await put(root, Bucket, locked(1));
    const Resource = `arn:aws:s3:::${Bucket}/*`;
    expect(
      (await head(Bucket, "key", await client({ Action: "s3:GetObject", Resource }))).ObjectLockMode,
    ).toBeUndefined();
    expect(
      (await head(Bucket, "key", await client({ Action: ["s3:GetObject", "s3:GetObjectRetention"], Resource })))
        .ObjectLockMode,
    ).toBe("GOVERNANCE");
  });
});

test("opens port 443 for nobody", async () => {
  const ca = readFileSync(bench.tls.caFile);
  const ours = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: 443, ca, timeout: 2000 }, () => resolve(socket.authorized));
    socket.on("error", () => resolve(false)).on("timeout", () => resolve(false));
  });
  expect(ours).toBe(false);
});
