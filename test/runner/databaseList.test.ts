import { parseDatabaseList, parseFreshnessDatabases, parseListLocation } from "../../runner/databaseList";

const arnOf = (name: string) => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
const entry = (name: string, more: object = {}) => ({ name, secretArn: arnOf(name), ...more });
const problemsOf = (value: unknown, known?: string[]) => parseDatabaseList(JSON.stringify(value), known).problems;
const many = (count: number) => Array.from({ length: count }, (_, n) => entry(`db-${n}`));

describe("a list of databases", () => {
  it("comes with what each says of itself", () => {
    const list = [entry("orders"), entry("invoices", { tiers: ["daily"], rpoMinutes: 60 })];
    expect(parseDatabaseList(JSON.stringify(list), ["daily"])).toEqual({ entries: list, problems: [] });
  });

  it("takes secrets of every partition", () => {
    for (const partition of ["aws", "aws-cn", "aws-us-gov"]) {
      expect(problemsOf([entry("orders", { secretArn: arnOf("x").replace("aws", partition) })])).toEqual([]);
    }
  });

  it("has 1 to 10,000 databases", () => {
    expect(problemsOf(many(10_000))).toEqual([]);
    expect(problemsOf(many(10_001))).toEqual([" must hold 1 to 10000 databases, got 10001"]);
    expect(problemsOf([])).toEqual([" must hold 1 to 10000 databases, got 0"]);
  });

  it("fails when it is no JSON or no array", () => {
    expect(parseDatabaseList("orders", undefined).problems).toEqual([" is no JSON"]);
    expect(problemsOf({ databases: [] })).toEqual([" must be a JSON array of databases"]);
  });

  it.each<[string, unknown, string]>([
    ["is no object", "orders", "[1]: Invalid input: expected object, received string"],
    ["has no name", entry(undefined as never), "[1].name: must be a database's name, got nothing"],
    [
      "has a name that can't be a key",
      entry("a/b"),
      '[1].name: must be 1 to 63 characters of a-z, 0-9 and inner hyphens, got "a/b"',
    ],
    ["has a name of another", entry("first"), '[1].name: "first" is there already, at [0]'],
    ["has no secret", { name: "orders" }, "[1].secretArn: must be the ARN of a Secrets Manager secret"],
    ["mistakes a setting's name", entry("orders", { tier: "daily" }), '[1]: Unrecognized key: "tier"'],
    [
      "has an RPO of no time",
      entry("orders", { rpoMinutes: 0 }),
      "[1].rpoMinutes: must be a whole number from 1 to 527040, got 0",
    ],
    [
      "has an RPO of more than a year",
      entry("orders", { rpoMinutes: 527_041 }),
      "[1].rpoMinutes: must be a whole number from 1 to 527040, got 527041",
    ],
    ["has an RPO in words", entry("orders", { rpoMinutes: "60" }), '[1].rpoMinutes: must be whole minutes, got "60"'],
    [
      "names an unknown tier",
      entry("orders", { tiers: ["daily", "yearly"] }),
      '[1].tiers[1]: there is no tier "yearly"; the repository has daily',
    ],
    ["names no tier", entry("orders", { tiers: [] }), "[1].tiers: must name a tier, or be absent for all"],
    [
      "has a tier instead of a list",
      entry("orders", { tiers: "daily" }),
      '[1].tiers: must be an array of tier names, got "daily"',
    ],
  ])("fails when an entry %s", (_, wrong, problem) => {
    expect(problemsOf([entry("first", { tiers: ["daily"] }), wrong], ["daily"])).toEqual([problem]);
  });

  it("takes any tier where the repository's are not known", () => {
    expect(problemsOf([entry("orders", { tiers: ["yearly"] })])).toEqual([]);
  });

  it("fails when a secret itself stands in for its ARN, without showing it", () => {
    const secret = ["hunter", "2"].join("");
    expect(problemsOf([entry("orders", { secretArn: secret })])).toEqual([
      "[0].secretArn: must be the ARN of a Secrets Manager secret",
    ]);
  });
});

describe("the file of databases", () => {
  const file = (count: number) =>
    JSON.stringify(Array.from({ length: count }, (_, n) => ({ name: `db-${n}`, rpoMinutes: 60 })));

  it("has 1 to 500 databases", () => {
    expect(parseFreshnessDatabases(file(500), undefined).entries).toHaveLength(500);
    expect(parseFreshnessDatabases(file(501), undefined).problems).toEqual([" must hold 1 to 500 databases, got 501"]);
  });
});

describe("the address of a list", () => {
  it("is a bucket and a key", () => {
    expect(parseListLocation("s3://our-lists/a/b c.json")).toEqual({ bucket: "our-lists", key: "a/b c.json" });
  });

  it.each(["our-lists/a.json", "s3://our-lists/", "s3://our-lists", "s3:///a.json", "https://our-lists/a.json"])(
    "is none in %s",
    (address) => expect(parseListLocation(address)).toBeUndefined(),
  );
});
