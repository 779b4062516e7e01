import { StageError } from "../../runner/errors";
import { parseRdsSecret } from "../../runner/postgres/rdsSecret";

const ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf";
const PASSWORD = ["pass", "word", "!"].join("");
const GOOD = { engine: "postgres", host: "db", port: 5433, username: "backup", password: PASSWORD, dbname: "shop" };
const FIX = 'store {"host","port","username","password","dbname"} as JSON';

function refusalOf(value: string | undefined): string {
  try {
    parseRdsSecret(ARN, value);
  } catch (error) {
    if (error instanceof StageError && error.exitCode === 3) {
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(PASSWORD);
      return error.message;
    }
    throw error;
  }
  throw new Error("the secret was accepted");
}
const without = (...keys: string[]) =>
  JSON.stringify(Object.fromEntries(Object.entries(GOOD).filter(([key]) => !keys.includes(key))));
const changed = (changes: object) => JSON.stringify({ ...GOOD, ...changes });

describe("a secret in RDS's shape", () => {
  it("gives the five settings, and ignores what else it holds", () => {
    const { host, port, username, password, dbname } = GOOD;
    const parsed = parseRdsSecret(ARN, changed({ dbInstanceIdentifier: "orders", masterarn: "x" }));
    expect(parsed).toEqual({ engine: "postgres", host, port, username, password, dbname });
  });

  it("may spell its port as text, and leave out engine, port and dbname", () => {
    expect(parseRdsSecret(ARN, changed({ port: "5433" })).port).toBe(5433);
    const parsed = parseRdsSecret(ARN, without("engine", "port", "dbname"));
    expect([parsed.port, parsed.dbname]).toEqual([5432, undefined]);
  });

  it.each([["postgres"], ["aurora-postgresql"]])("may be of the engine %s", (engine) => {
    expect(parseRdsSecret(ARN, changed({ engine })).host).toBe("db");
  });

  it.each<[string, string | undefined, string]>([
    ["binary", undefined, `holds binary data, not text; ${FIX} in its SecretString`],
    ["a bare password", PASSWORD, `is no JSON; ${FIX}`],
    ["a list", JSON.stringify([PASSWORD]), `is no JSON object; ${FIX}`],
    ["null", "null", `is no JSON object; ${FIX}`],
    [
      "one that RDS manages",
      without("engine", "host", "port", "dbname"),
      "holds username and password, but no host: that is a secret which RDS manages itself; make one of your own with host, port, username, password and dbname, or sign in by IAM (rdsIamAuth)",
    ],
    ["lacking two keys", without("host", "password"), `lacks host, password; ${FIX}`],
    ["lacking the password", without("password"), `lacks password; ${FIX}`],
    [
      "lacking one key and wrong in two",
      JSON.stringify({ host: 5, port: "many", password: PASSWORD }),
      `lacks username, and is wrong in a key: host must be a text, and is wrong in a key: port must be a whole number from 1 to 65535; ${FIX}`,
    ],
    [
      "of a port that does not exist",
      changed({ port: 65536 }),
      `is wrong in a key: port must be a whole number from 1 to 65535; ${FIX}`,
    ],
    [
      "of another engine",
      changed({ engine: "mysql" }),
      `is wrong in a key: engine must be postgres (or be left out); ${FIX}`,
    ],
    [
      "with a password that no environment can carry",
      changed({ password: `${PASSWORD}\0x` }),
      `is wrong in a key: password must be a text; ${FIX}`,
    ],
    ["with an empty host", changed({ host: "" }), `is wrong in a key: host must be a text; ${FIX}`],
  ])("fails when it is %s, without showing a value", (_, value, message) => {
    expect(refusalOf(value)).toBe(`database connection: secret ${ARN} ${message}`);
  });
});
