import { attack, type AttackContext } from "../../runner/doctor/attack";
import { ATTEMPTS } from "../../runner/doctor/attempts";
import {
  type Answer,
  awsError,
  clientsOf,
  doctorContext,
  DUMP_ROLE,
  type Input,
  PRIMARY,
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
function attackWith(answers: Record<string, Answer>, self: Record<string, Answer> = {}, stack = DUMP_ALONE) {
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
  const simulated = (EvalDecision: string) =>
    attackWith({}, { AssumeRole: refused, SimulatePrincipalPolicy: () => ({ EvaluationResults: [{ EvalDecision }] }) });

  it("is simulated by its own policies, which is said", async () => {
    const { results, calls } = simulated("implicitDeny");
    const found = await results;
    expect(found.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(found[0]?.detail).toBe("denied on the primary (simulated): delete a version");
    expect(calls).toEqual([]);
  });

  it("is not proven where its own policy allows: the bucket's has to deny", async () => {
    const [found] = await simulated("allowed").results;
    expect([found?.status, found?.detail]).toEqual([
      "notChecked",
      "delete a version on the primary (simulated): its own policy answers allowed, so the bucket policy has to deny it, which only a real attempt shows",
    ]);
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

it("says that roles are not known instead of finding all well", async () => {
  const context = { ...doctorContext({}, {}), s3As: () => clientsOf({}).s3, random: () => "abcdef" };
  expect(await attack(context)).toEqual([
    {
      id: "attack",
      subject: "unknown",
      status: "notChecked",
      detail: "the stack's roles, databases or tiers are not known here; give --stack, or a configuration file",
    },
  ]);
});
