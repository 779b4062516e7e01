import * as pulumi from "@pulumi/pulumi";
import { BackupRunner, type DatabaseArgs } from "../../components";
import { RUNNER_ARGS } from "./fixtures";
import { registered, SECRET, settle, startMocks } from "./mocks";

jest.mock("../../components/internal/bundlePath", () => ({
  bundlePath: (name: string) => `/bundles/${name}/index.js`,
}));

/** `name port destination` of every rule. */
async function rules(databases: Omit<DatabaseArgs, "secretArn">[]): Promise<string[]> {
  await startMocks();
  const args = { ...RUNNER_ARGS, databases: databases.map((database) => ({ ...database, secretArn: SECRET })) };
  new BackupRunner("run", args);
  await settle();
  return registered
    .filter((r) => r.type.startsWith("aws:vpc/"))
    .map(({ name, inputs: i }) => `${name} ${i.fromPort} ${i.cidrIpv4 ?? i.referencedSecurityGroupId}`)
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
