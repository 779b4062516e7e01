import * as pulumi from "@pulumi/pulumi";
import { BackupRunner, type BackupRunnerArgs, type DatabaseArgs } from "../../components";
import { egressProblems } from "../../components/internal/runner/network";
import { LISTED, messageOf, RUNNER_ARGS } from "./fixtures";
import { byName, registered, SECRET, settle, startMocks } from "./mocks";

jest.mock("../../components/internal/bundlePath", () => ({
  bundlePath: (name: string) => `/bundles/${name}/index.js`,
}));

/** `name port destination` of every outbound rule. */
async function rules(
  databases: Omit<DatabaseArgs, "secretArn">[],
  more: Partial<BackupRunnerArgs> = {},
): Promise<string[]> {
  await startMocks();
  const named = databases.map((database) => ({ secretArn: SECRET, ...database }));
  new BackupRunner("run", { ...RUNNER_ARGS, databases: named, ...more });
  await settle();
  return registered
    .filter((r) => r.type.endsWith(":SecurityGroupEgressRule"))
    .map(
      ({ name, inputs: i }) => `${name} ${i.fromPort} ${i.cidrIpv4 ?? i.referencedSecurityGroupId ?? i.prefixListId}`,
    )
    .sort();
}

const HTTPS = "run-egress-https 443 0.0.0.0/0";

// EC2 refuses a rule that its group already has.
describe("the tasks' security group", () => {
  it("has one rule for databases on one port anywhere", async () => {
    expect(await rules([{ name: "a" }, { name: "b" }, { name: "c", port: 6432 }])).toEqual([
      "run-egress-5432 5432 0.0.0.0/0",
      "run-egress-6432 6432 0.0.0.0/0",
      HTTPS,
    ]);
  });

  it("has one rule for databases on one port behind one group", async () => {
    const shared = pulumi.output("sg-shared");
    expect(
      await rules([
        { name: "a", securityGroupId: "sg-1" },
        { name: "b", securityGroupId: "sg-1" },
        { name: "c", securityGroupId: "sg-1", port: 6432 },
        { name: "d", securityGroupId: "sg-2" },
        { name: "e", securityGroupId: shared },
        { name: "f", securityGroupId: shared },
      ]),
    ).toEqual([
      HTTPS,
      "run-egress-to-a 5432 sg-1",
      "run-egress-to-c 6432 sg-1",
      "run-egress-to-d 5432 sg-2",
      "run-egress-to-e 5432 sg-shared",
    ]);
  });

  it("has no second rule for a database on HTTPS's port, nor a name twice for one called https", async () => {
    expect(await rules([{ name: "a", port: 443 }])).toEqual([HTTPS]);
    expect(await rules([{ name: "https", securityGroupId: "sg-1" }])).toEqual([HTTPS, "run-egress-to-https 5432 sg-1"]);
  });
});

describe("the tasks' security group and its limits", () => {
  const behindGroups = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `db${i}`, secretArn: SECRET, securityGroupId: `sg-${i}` }));
  const problem = (most: number) =>
    `databases must be behind at most ${most} distinct pairs of port and securityGroupId (a security group has 60 outbound rules), got ` +
    `${most + 1}; leave securityGroupId out, put the databases into a common group, or use several BackupRunners on one repository`;

  it("nothing comes in", async () => {
    await rules([{ name: "a" }]);
    expect(byName("run-tasks").inputs).not.toHaveProperty("ingress");
    expect(registered.filter((r) => r.type.endsWith(":SecurityGroupIngressRule"))).toEqual([]);
  });

  it("fails when there are more doors than rules", async () => {
    await startMocks();
    const make = () => new BackupRunner("run", { ...RUNNER_ARGS, databases: behindGroups(60) });
    expect(messageOf(make)).toBe(`BackupRunner "run": ${problem(59)}`);
    expect(egressProblems(behindGroups(59), false)).toEqual([]);
  });

  it("fails one door earlier with endpoints, which need two rules", () => {
    expect(egressProblems(behindGroups(59), true)).toEqual([problem(58)]);
    expect(egressProblems(behindGroups(58), true)).toEqual([]);
  });

  it("counts databases at the same door once", () => {
    const together = Array.from({ length: 500 }, (_, i) => ({ name: `db${i}`, securityGroupId: `sg-${i % 59}` }));
    expect(egressProblems(together, false)).toEqual([]);
  });

  it("lets the tasks of a list out to the default port", async () => {
    expect(await rules([], LISTED)).toEqual(["run-egress-5432 5432 0.0.0.0/0", HTTPS]);
  });
});

describe("VPC endpoints", () => {
  const vpcEndpoints = { routeTableIds: ["rtb-1", "rtb-2"] };
  const services = () =>
    registered
      .filter((r) => r.type.endsWith(":VpcEndpoint"))
      .map(({ inputs: i }) => [i.serviceName, i.vpcEndpointType])
      .sort();

  it("are those of a task, let in the tasks alone, and take the place of the way to any HTTPS", async () => {
    expect(await rules([{ name: "a" }], { vpcEndpoints })).toEqual([
      "run-egress-5432 5432 0.0.0.0/0",
      "run-egress-endpoints 443 run-endpoints-id",
      "run-egress-s3 443 pl-run-endpoint-s3",
    ]);
    expect(services()).toEqual([
      ["com.amazonaws.eu-central-1.ecr.api", "Interface"],
      ["com.amazonaws.eu-central-1.ecr.dkr", "Interface"],
      ["com.amazonaws.eu-central-1.logs", "Interface"],
      ["com.amazonaws.eu-central-1.s3", "Gateway"],
      ["com.amazonaws.eu-central-1.secretsmanager", "Interface"],
    ]);
    expect(byName("run-endpoint-logs").inputs).toMatchObject({
      privateDnsEnabled: true,
      subnetIds: RUNNER_ARGS.subnetIds,
      securityGroupIds: ["run-endpoints-id"],
    });
    expect(byName("run-endpoint-s3").inputs).toMatchObject({ routeTableIds: ["rtb-1", "rtb-2"] });
    expect(byName("run-endpoints-ingress").inputs).toMatchObject({
      securityGroupId: "run-endpoints-id",
      referencedSecurityGroupId: "run-tasks-id",
      fromPort: 443,
      toPort: 443,
    });
  });

  it("leave Secrets Manager out where every database signs in by IAM", async () => {
    const rdsIamAuth = { host: "h", resourceId: "db-A", username: "u", databaseName: "d" };
    await rules([], { databases: [{ name: "a", rdsIamAuth }], vpcEndpoints });
    expect(services().map(([name]) => name)).not.toContain("com.amazonaws.eu-central-1.secretsmanager");
    expect(services()).toHaveLength(4);
  });

  it("lead to a database on HTTPS's port by a rule of its own", async () => {
    expect(await rules([{ name: "a", port: 443 }], { vpcEndpoints })).toContain("run-egress-443 443 0.0.0.0/0");
  });

  it("are none without being asked for", async () => {
    await rules([{ name: "a" }]);
    expect(services()).toEqual([]);
  });
});
