/**
 * Every policy that a whole layout generates, judged against requests: identities' own policies, bucket, key, topic, queue and trust
 * policies together, by an evaluator that knows each action's resources and condition keys.
 *
 * Not modelled: permission boundaries, service control policies and session policies (whoever has them is only more restricted);
 * public access block, ACLs and object ownership; Object Lock itself, which refuses beyond what any policy does; KMS grants; VPC
 * endpoint policies; `kms:EncryptionContext:aws:s3:arn`, which a key of another name stands for; whether AWS sends a key where its
 * reference says that an action carries it, which the comments of the policies call unproven. S3 asks KMS on the caller's
 * behalf: such rows say what KMS is asked.
 */
import { decide, type Asker, serviceAsker, sessionOf } from "./iamDecision";
import { deployerOf, iamLayout, type IamLayout, OTHER_ACCOUNT, secretArn } from "./iamLayout";
import { ACCOUNT, REGION } from "./mocks";
import { DOCTOR_ROWS, ONE_ACCOUNT_DOCTOR_ROWS, OTHER_ACCOUNT_DOCTOR_ROWS } from "./iamDoctorRows";
import { GRANT_ROWS } from "./iamGrantRows";
import { DUMP_ROWS, READER_ROWS, type Row } from "./iamRows";
import { MACHINE_ROWS } from "./iamMachineRows";
import { ADMIN_ROWS, OTHER_ACCOUNT_ROWS } from "./iamAdminRows";
import { ONE_ACCOUNT_PROOF_ROWS, PROOF_ROWS } from "./iamProofRows";

const NAME = "acme";
const EVERYTHING = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "Everything", Effect: "Allow", Action: "*", Resource: "*" }],
});

/** Identities outside of the layout; each may do everything, as far as its own policies go. */
const PEOPLE: Readonly<Record<string, string>> = {
  deployer: deployerOf(ACCOUNT),
  "account admin": `arn:aws:iam::${ACCOUNT}:role/account-admin`,
  "other deployer": deployerOf(OTHER_ACCOUNT),
  "other account admin": `arn:aws:iam::${OTHER_ACCOUNT}:role/account-admin`,
  stranger: "arn:aws:iam::333333333333:role/account-admin",
};

function askerOf(layout: IamLayout, who: string): Asker {
  if (who in PEOPLE) return sessionOf(PEOPLE[who]!, [EVERYTHING]);
  if (who.endsWith(".amazonaws.com")) return serviceAsker(who);
  const { arn, policies } = layout.role(`${NAME}-${who}`);
  return sessionOf(arn, policies);
}

/** `primary/key`, `key primary`, `role dump-shop`, ... as an ARN. */
function resourceOf(layout: IamLayout, text: string): string {
  const kinds: Record<string, (name: string) => string> = {
    key: (name) => layout.arnOf("Key", `${NAME}-${name}-key`),
    role: (name) => layout.role(`${NAME}-${name}`).arn,
    topic: (name) => layout.arnOf("Topic", `${NAME}-alerts-${name}`),
    queue: (name) => layout.arnOf("Queue", `${NAME}-${name}`),
    function: (name) => layout.arnOf("Function", `${NAME}-${name}`),
    machine: (name) => layout.arnOf("StateMachine", `${NAME}-${name}`),
    task: (name) => layout.arnOf("TaskDefinition", `${NAME}-${name}`),
    cluster: (name) => layout.arnOf("Cluster", `${NAME}-${name}`),
    logs: (name) => `${layout.arnOf("LogGroup", `${NAME}-${name}`)}:log-stream:s`,
    secret: secretArn,
    dbuser: (name) => `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:${name}`,
  };
  const [kind, name] = text.split(" ");
  if (name !== undefined && kinds[kind!]) return kinds[kind!]!(name);
  const [bucket, ...key] = text.split("/");
  if (!["primary", "replica", "primary-logs", "replica-logs"].includes(bucket!)) return text;
  return [layout.arnOf("Bucket", `${NAME}-${bucket!}`), ...key].join("/");
}

function title([who, action, resource, keys]: Row): string {
  const told = Object.entries(keys).map(([key, value]) => `${key.split(":").pop()!}=${value}`);
  return [who, action, resource, ...(told.length > 0 ? [`(${told.join(", ")})`] : [])].join(" ");
}

function judge(layout: () => IamLayout, rows: readonly Row[]): void {
  it.each(rows.map((row) => [title(row), row[4], row] as const))("%s: %s", async (_, verdict, row) => {
    const [who, action, resource, keys] = row;
    // The values of keys may name resources too.
    const resolved = Object.entries(keys).map(([key, value]) => [key, resourceOf(layout(), value)]);
    const request = {
      asker: askerOf(layout(), who),
      action,
      resource: resourceOf(layout(), resource),
      keys: Object.fromEntries(resolved),
    };
    expect(await decide(layout(), request)).toBe(verdict);
  });
}

describe("in one account", () => {
  let layout: IamLayout;
  beforeAll(async () => {
    layout = await iamLayout({ otherAccount: false });
  });
  describe("a dump task", () => judge(() => layout, DUMP_ROWS));
  describe("a reader", () => judge(() => layout, READER_ROWS));
  describe("what starts the tasks", () => judge(() => layout, MACHINE_ROWS));
  describe("who administers or attacks", () => judge(() => layout, ADMIN_ROWS));

  describe("what drills and alerts", () => judge(() => layout, [...PROOF_ROWS, ...ONE_ACCOUNT_PROOF_ROWS]));
  describe("what examines", () => judge(() => layout, [...DOCTOR_ROWS, ...ONE_ACCOUNT_DOCTOR_ROWS]));
  describe("everybody else's grant", () => judge(() => layout, GRANT_ROWS));

  it("asks for each action that a role is granted, and meets each statement that denies", () => {
    const proof = [...PROOF_ROWS, ...ONE_ACCOUNT_PROOF_ROWS];
    const examination = [...DOCTOR_ROWS, ...ONE_ACCOUNT_DOCTOR_ROWS];
    const rows = [
      ...DUMP_ROWS,
      ...READER_ROWS,
      ...MACHINE_ROWS,
      ...ADMIN_ROWS,
      ...GRANT_ROWS,
      ...proof,
      ...examination,
    ];
    const granted = new Set(
      rows.filter((row) => row[4] === "allowed").map(([who, action]) => `${NAME}-${who} ${action}`),
    );
    expect(layout.grants.filter((grant) => !granted.has(grant))).toEqual([]);
    const met = new Set(rows.map((row) => row[4]));
    expect(layout.denials.filter((sid) => !met.has(`denied by ${sid}`))).toEqual([]);
  });
});

describe("with the replica in another account", () => {
  let layout: IamLayout;
  beforeAll(async () => {
    layout = await iamLayout({ otherAccount: true });
  });
  describe("each side's tasks and readers, as in one account,", () => {
    const sameRows = [...DUMP_ROWS, ...READER_ROWS, ...GRANT_ROWS, ...PROOF_ROWS];
    judge(() => layout, sameRows);
  });
  describe("what examines", () => judge(() => layout, [...DOCTOR_ROWS, ...OTHER_ACCOUNT_DOCTOR_ROWS]));
  describe("whoever holds one account", () => judge(() => layout, OTHER_ACCOUNT_ROWS));
});
