import { readFileSync } from "node:fs";
import path from "node:path";
import { attack, type AttackContext } from "../../runner/doctor/attack";
import { attackedRoles } from "../../runner/doctor/attackedRoles";
import { ATTEMPTS, type RoleKind } from "../../runner/doctor/attempts";
import type { StackSettings } from "../../runner/stackSettings";
import {
  type Answer,
  awsError,
  clientsOf,
  doctorContext,
  DUMP_ROLE,
  type Input,
  policyOf,
  PRIMARY,
  role,
  STACK,
} from "./doctorFixtures";

const denied = () => {
  throw awsError("AccessDenied", 403);
};
const EXISTING = { Versions: [{ Key: "manifests/daily/orders/x.json", VersionId: "v1" }] };
const ASSUMED = { Credentials: { AccessKeyId: "a", SecretAccessKey: "s", SessionToken: "t" } };
const DUMP_ALONE = { ...STACK, drillRoleArns: [], restorerRoleArn: undefined };
const dumpAttempts = ATTEMPTS.filter(({ kinds }) => kinds.includes("dump"));

/** An attack in which roles get these answers; everything else is denied to them. */
function attackWith(
  answers: Record<string, Answer>,
  self: Record<string, Answer> = {},
  stack: StackSettings = DUMP_ALONE,
) {
  const calls: { name: string; input: Input }[] = [];
  const context: AttackContext = {
    ...doctorContext({ AssumeRole: () => ASSUMED, ListObjectVersions: () => EXISTING, ...self }, stack),
    s3As: () => ({
      send: (async (command: { constructor: { name: string }; input: Input }) => {
        const name = command.constructor.name.replace(/Command$/, "");
        calls.push({ name, input: command.input });
        return (answers[name] ?? denied)(command.input);
      }) as never,
    }),
    random: () => "abcdef",
  };
  return { calls, results: attack(context) };
}

describe("an attack on roles that may only add", () => {
  it("is denied everywhere, and says what was tried", async () => {
    const { results, calls } = attackWith({});
    const found = await results;
    expect(found.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(found).toHaveLength(dumpAttempts.reduce((sum, { sides }) => sum + sides.length, 0));
    expect(found[0]).toEqual({
      id: "attack.deleteVersion",
      subject: "shop-dump",
      status: "ok",
      detail: "denied on the primary: delete a version",
    });
    expect(calls).toHaveLength(found.length);
  });

  it("aims at nothing that exists, except to read it or where storage itself refuses", async () => {
    const { results, calls } = attackWith({});
    await results;
    const real = calls.filter(({ input }) => input["Key"] === EXISTING.Versions[0]!.Key).map(({ name }) => name);
    expect(new Set(real)).toEqual(new Set(["PutObjectRetention", "GetObject"]));
    const retention = calls.filter(({ name }) => name === "PutObjectRetention");
    expect(retention.every(({ input }) => input["BypassGovernanceRetention"] === undefined)).toBe(true);
  });

  it("puts settings back as they are, so that what is allowed changes nothing", async () => {
    const { results, calls } = attackWith({});
    await results;
    const own = doctorContext().clients();
    const input = (name: string) => calls.find((call) => call.name === name)?.input;
    expect(input("PutBucketVersioning")).toEqual({ Bucket: PRIMARY, VersioningConfiguration: { Status: "Enabled" } });
    const { GetBucketPolicyCommand, GetBucketLifecycleConfigurationCommand, GetBucketReplicationCommand } =
      await import("@aws-sdk/client-s3");
    const asked = { Bucket: PRIMARY };
    expect(input("PutBucketPolicy")).toEqual({ ...asked, ...(await own.s3.send(new GetBucketPolicyCommand(asked))) });
    expect(input("PutBucketLifecycleConfiguration")).toEqual({
      ...asked,
      LifecycleConfiguration: await own.s3.send(new GetBucketLifecycleConfigurationCommand(asked)),
    });
    expect(input("PutBucketReplication")).toEqual({
      ...asked,
      ...(await own.s3.send(new GetBucketReplicationCommand(asked))),
    });
  });

  it.each(["DeleteObject", "PutObject", "PutBucketVersioning", "PutBucketPolicy", "GetObject", "ListObjectsV2"])(
    "is a finding when %s works",
    async (name) => {
      const findings = (await attackWith({ [name]: () => ({}) }).results).filter(({ status }) => status !== "ok");
      expect(findings.length).toBeGreaterThan(0);
      for (const { status, detail } of findings) {
        expect([status, detail]).toEqual(["finding", expect.stringMatching(/^it may .* \(s3:\w+\): deny it$/)]);
      }
    },
  );

  it("is a finding when storage refuses for another reason than the right", async () => {
    const conflict = () => {
      throw awsError("InvalidBucketState", 409);
    };
    const [found] = (await attackWith({ PutBucketVersioning: conflict }).results).filter(
      ({ status }) => status !== "ok",
    );
    expect(found?.detail).toBe(
      "it may set versioning (tried with what it is: enabled) on the primary (s3:PutBucketVersioning): storage answered InvalidBucketState, which is no denial",
    );
  });

  it("is not checked when storage does not answer, or there is nothing to try it on", async () => {
    const broken = () => {
      throw awsError("InternalError", 500, "please try again");
    };
    const failed = (await attackWith({ PutBucketPolicy: broken }).results).filter(({ status }) => status !== "ok");
    expect(failed.map(({ status, detail }) => [status, detail])[0]).toEqual([
      "notChecked",
      "set the bucket policy (tried with what it is) on the primary: please try again",
    ]);
    const empty = (await attackWith({}, { ListObjectVersions: () => ({}) }).results).filter(
      ({ status }) => status !== "ok",
    );
    expect(new Set(empty.map(({ id, status }) => `${id} ${status}`))).toEqual(
      new Set(["attack.shortenRetention notChecked", "attack.read notChecked"]),
    );
  });
});

describe("a role that nobody can become", () => {
  const refused = () => {
    throw awsError("AccessDenied", 403, "not authorized to perform: sts:AssumeRole");
  };
  const simulated = (EvalDecision: string, self: Record<string, Answer> = {}) =>
    attackWith(
      {},
      { AssumeRole: refused, SimulatePrincipalPolicy: () => ({ EvaluationResults: [{ EvalDecision }] }), ...self },
    );
  /** The primary's policy with more in it. */
  const policyWith = (...more: object[]): Record<string, Answer> => ({
    GetBucketPolicy: ({ Bucket }) => ({
      Policy: JSON.stringify({ Statement: [...policyOf(Bucket), ...(Bucket === PRIMARY ? more : [])] }),
    }),
  });

  it("is simulated by its own policies, which is said", async () => {
    const { results, calls } = simulated("implicitDeny");
    const found = await results;
    expect(found.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(found[0]?.detail).toBe(
      "denied on the primary (simulated): delete a version; its own policies alone were asked, and the bucket policy has no Allow made by hand",
    );
    expect(calls).toEqual([]);
  });

  it("is not proven where its own policy allows: the bucket's has to deny", async () => {
    const [found] = await simulated("allowed").results;
    expect([found?.status, found?.detail]).toEqual([
      "notChecked",
      "delete a version on the primary (simulated): its own policy answers allowed, so the bucket policy has to deny it, which only a real attempt shows",
    ]);
  });

  it("is not proven where somebody wrote an Allow into the bucket policy, unless its own policies deny", async () => {
    const allow = { Sid: "ForBob", Effect: "Allow", Principal: { AWS: DUMP_ROLE }, Action: "s3:*", Resource: "*" };
    const found = await simulated("implicitDeny", policyWith(allow)).results;
    expect([found[0]?.status, found[0]?.detail]).toEqual([
      "notChecked",
      "delete a version on the primary (simulated): its own policies don't allow it, but the bucket policy has an Allow that no component wrote (ForBob), which IAM does not simulate; take it out, or try for real",
    ]);
    const sides = (status: string) =>
      new Set(found.filter((one) => one.status === status).map(({ detail }) => /on the (\w+)/.exec(detail)?.[1]));
    expect([sides("notChecked"), sides("ok")]).toEqual([new Set(["primary"]), new Set(["replica"])]);
    const [explicit] = await simulated("explicitDeny", policyWith(allow)).results;
    expect([explicit?.status, explicit?.detail]).toEqual([
      "ok",
      "denied on the primary (simulated): delete a version; its own policies deny it",
    ]);
  });

  it("is not proven where nobody may read the bucket policy, but where there is none", async () => {
    const failing = (name: string, status: number) => ({
      GetBucketPolicy: () => {
        throw awsError(name, status, "no right");
      },
    });
    const [found] = await simulated("implicitDeny", failing("AccessDenied", 403)).results;
    expect([found?.status, found?.detail]).toEqual([
      "notChecked",
      "delete a version on the primary (simulated): its own policies don't allow it, but whether the bucket policy allows it is not known: no right",
    ]);
    expect((await simulated("implicitDeny", failing("NoSuchBucketPolicy", 404)).results)[0]?.status).toBe("ok");
  });

  it("is not checked where it can't be simulated either", async () => {
    const { results } = attackWith({}, { AssumeRole: refused, SimulatePrincipalPolicy: refused });
    expect((await results)[0]?.detail).toBe(
      "delete a version on the primary: the role can't be assumed, nor simulated: not authorized to perform: sts:AssumeRole",
    );
  });

  it("asks about the action and the object that would be attacked", async () => {
    const asked: Input[] = [];
    const SimulatePrincipalPolicy = (input: Input) => {
      asked.push(input);
      return { EvaluationResults: [{ EvalDecision: "implicitDeny" }] };
    };
    await attackWith({}, { AssumeRole: refused, SimulatePrincipalPolicy }).results;
    expect(asked[0]).toEqual({
      PolicySourceArn: DUMP_ROLE,
      ActionNames: ["s3:DeleteObjectVersion"],
      ResourceArns: [`arn:aws:s3:::${PRIMARY}/dumps/daily/orders/1970/01/01/doctor-abcdef`],
    });
  });
});

describe("roles that are tried", () => {
  const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const databases = names(30, "db");
  const MANY = {
    ...STACK,
    databases,
    dumpRoleArns: names(30, "dump-").map(role),
    verifyRoleArns: names(2, "verify-").map(role),
    drillRoleArns: names(2, "drill-").map(role),
    restorerRoleArn: role("restorer"),
    replicaRestorerRoleArn: role("restorer"),
  };
  const pairs = (stack: StackSettings) =>
    attackedRoles(stack).map(({ arn, database }) => `${arn.split("/").pop()} ${database}`);

  it("are tried on their own databases: dumps in order, groups on the first of theirs, a restorer once", () => {
    const dumps = databases.map((database, i) => `dump-${i} ${database}`);
    const groups = ["verify-0 db0", "verify-1 db25", "drill-0 db0", "drill-1 db25"];
    expect(pairs(MANY)).toEqual([...dumps, ...groups, "restorer db0"]);
  });

  it("of drills are tried on what is drilled, when that is not all", () => {
    const drilled = databases.slice(3).map((name) => `arn:aws:ecs:r:1:task-definition/shop-drill-${name}:7`);
    const found = pairs({ ...MANY, drillTaskDefinitionArns: drilled }).filter((pair) => pair.startsWith("drill"));
    expect(found).toEqual(["drill-0 db3", "drill-1 db28"]);
    const endsAlike = { databases: ["b", "a-b"], drillRoleArns: [role("drill-0")] };
    const arn = "arn:aws:ecs:r:1:task-definition/shop-drill-a-b:7";
    expect(pairs({ ...endsAlike, drillTaskDefinitionArns: [arn] })).toEqual(["drill-0 a-b"]);
  });

  it("aim at keys of their own database, as many times as the documentation says", async () => {
    const two = { ...MANY, databases: ["one", "two"], dumpRoleArns: [role("a"), role("b")], verifyRoleArns: [] };
    const { results, calls } = attackWith({}, {}, { ...two, drillRoleArns: [], restorerRoleArn: role("restorer") });
    const found = await results;
    const hidden = calls.filter(({ name, input }) => name === "DeleteObject" && input["VersionId"] === undefined);
    expect(hidden.map(({ input }) => input["Key"].split("/")[2])).toEqual(["one", "one", "two", "two", "one", "one"]);
    expect(found).toHaveLength(2 * 24 + 20);
    const triesOf = (kind: RoleKind) =>
      ATTEMPTS.filter(({ kinds }) => kinds.includes(kind)).reduce((sum, { sides }) => sum + sides.length, 0);
    expect([triesOf("dump"), triesOf("verify"), triesOf("drill"), triesOf("restorer")]).toEqual([24, 20, 21, 20]);
    const page = readFileSync(path.join(__dirname, "../../docs/doctor.md"), "utf8");
    expect(page).toContain(
      "24 attempts as each dump role, 20 as each of verification, 21 as each of drills, 20 as each",
    );
    expect(page).toContain(`${500 * 24 + 20 * 20 + 20 * 21 + 20} attempts`);
  });

  it("are not tried where nobody can tell whose database is whose", async () => {
    const { results, calls } = attackWith({}, {}, { ...DUMP_ALONE, dumpRoleArns: [role("a"), role("b")] });
    const detail = "its database or tier is not known here; give --stack, or a configuration file";
    expect(await results).toEqual(
      ["a", "b"].map((subject) => ({ id: "attack", subject, status: "notChecked", detail })),
    );
    expect(calls).toEqual([]);
  });
});

it("says that roles are not known instead of finding all well", async () => {
  const context = { ...doctorContext({}, {}), s3As: () => clientsOf({}).s3, random: () => "abcdef" };
  expect(await attack(context)).toEqual([
    {
      id: "attack",
      subject: "unknown",
      status: "notChecked",
      detail: "the stack's roles are not known here; give --stack, or a configuration file",
    },
  ]);
});
