import { StageError } from "../../runner/errors";
import { awsConnectionClients } from "../../runner/postgres/awsConnection";
import { libpqEnv } from "../../runner/postgres/connection";
import { type ConnectionClients, connectionSettings, connectionSource } from "../../runner/postgres/connectionSource";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf";
const PASSWORD = ["pass", "word"].join("");
const SECRET = { host: "db", port: 5433, username: "backup", password: PASSWORD, dbname: "shop" };
const IAM = {
  BACKUP321_RDS_IAM_AUTH: "true",
  AWS_REGION: "eu-central-1",
  PGHOST: "db",
  PGUSER: "backup",
  PGDATABASE: "shop",
};

/** Clients that answer with `secret` and numbered tokens, and keep what they were asked. */
function clients(secret: string | undefined = JSON.stringify(SECRET)) {
  const asked: unknown[] = [];
  const fake: ConnectionClients = {
    secretString: async (secretArn, region) => {
      asked.push({ secretArn, region });
      return secret;
    },
    rdsToken: async (at) => `token-${asked.push(at)}`,
  };
  return { asked, fake };
}
const settingsOf = (env: Record<string, string>, fake = clients().fake, database?: string) =>
  connectionSettings(connectionSource(env, database), fake);

function usageOf(env: Record<string, string>): string {
  try {
    connectionSource(env);
  } catch (error) {
    if (error instanceof StageError && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error("the environment was accepted");
}

describe("a connection from libpq's variables", () => {
  const env = { PGHOST: "db", PGUSER: "u", PGPASSWORD: PASSWORD, PGDATABASE: "shop" };

  it.each([[{}], [{ BACKUP321_RDS_IAM_AUTH: "false" }], [{ BACKUP321_SECRET_ARN: "" }]])(
    "is the one where %p asks for nothing else, and nobody is asked",
    async (more) => {
      const { asked, fake } = clients();
      const settings = await settingsOf({ ...env, ...more }, fake);
      expect(settings).toMatchObject({ host: "db", user: "u", password: PASSWORD, database: "shop" });
      expect([asked, settings.freshPassword]).toEqual([[], undefined]);
    },
  );

  it("uses a default database only where none is named", async () => {
    expect((await settingsOf(env, clients().fake, "postgres")).database).toBe("shop");
    expect((await settingsOf({ ...env, PGDATABASE: "" }, clients().fake, "postgres")).database).toBe("postgres");
  });
});

describe("a connection from a secret", () => {
  const env = { BACKUP321_SECRET_ARN: ARN, AWS_REGION: "eu-central-1" };

  it("asks for it once, in the region of its ARN", async () => {
    const { asked, fake } = clients();
    expect(await settingsOf(env, fake)).toEqual({
      host: "db",
      port: 5433,
      user: "backup",
      password: PASSWORD,
      database: "shop",
      sslMode: "require",
      sslRootCert: undefined,
    });
    expect(asked).toEqual([{ secretArn: ARN, region: "eu-west-1" }]);
  });

  it("takes TLS and another database from the environment", async () => {
    const tls = { PGSSLMODE: "verify-full", PGSSLROOTCERT: "system" };
    expect(await settingsOf({ ...env, ...tls, PGDATABASE: "other" })).toMatchObject({
      database: "other",
      sslMode: "verify-full",
      sslRootCert: "system",
    });
    expect((await settingsOf(env, clients().fake, "postgres")).database).toBe("postgres");
  });

  it("fails when neither the secret nor the environment names a database", async () => {
    const { fake } = clients(JSON.stringify({ ...SECRET, dbname: undefined }));
    await expect(settingsOf(env, fake)).rejects.toThrow(
      `database connection: secret ${ARN} lacks dbname, and PGDATABASE is not set; give one of them the database to connect to`,
    );
    expect((await settingsOf({ ...env, PGDATABASE: "shop" }, fake)).database).toBe("shop");
  });

  it("fails when the ARN is none, and when the environment repeats the secret, naming both at once", () => {
    const bad = { BACKUP321_SECRET_ARN: "orders", PGHOST: "db", PGPASSWORD: PASSWORD };
    expect(usageOf(bad)).toBe(
      `database connection: 2 problems:
  - BACKUP321_SECRET_ARN must be the ARN of a secret like arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf, got "orders"
  - PGHOST, PGPASSWORD: the secret of BACKUP321_SECRET_ARN says that; unset one or the other`,
    );
  });
});

describe("a connection by IAM", () => {
  it("makes a token of its own for every connection, for the server as the variables name it", async () => {
    const { asked, fake } = clients();
    const settings = await settingsOf({ ...IAM, PGPORT: "5433" }, fake);
    expect([asked, settings.password]).toEqual([[], undefined]);
    const passwords = [(await libpqEnv(settings)).PGPASSWORD, (await libpqEnv(settings)).PGPASSWORD];
    expect(passwords).toEqual(["token-1", "token-2"]);
    const at = { host: "db", port: 5433, user: "backup", region: "eu-central-1" };
    expect(asked).toEqual([at, at]);
  });

  it.each(["require", "verify-full"])("goes with sslmode %s, which encrypts", async (mode) => {
    const settings = await settingsOf({ ...IAM, PGSSLMODE: mode, PGSSLROOTCERT: "/ca.pem" });
    expect(settings.sslMode).toBe(mode);
  });

  it("fails when anything is missing or speaks against it, naming all of it at once and no password", () => {
    const message = usageOf({
      BACKUP321_RDS_IAM_AUTH: "true",
      BACKUP321_SECRET_ARN: ARN,
      PGPASSWORD: PASSWORD,
      PGSSLMODE: "disable",
    });
    expect(message).toBe(`database connection: 7 problems:
  - BACKUP321_SECRET_ARN and BACKUP321_RDS_IAM_AUTH are both set; keep the secret to sign in by password, or the other to sign in by IAM
  - PGHOST is missing; set it to the database server's host name
  - PGUSER is missing; set it to the role to connect as
  - PGDATABASE is missing; set it to the database to connect to
  - PGPASSWORD is set beside BACKUP321_RDS_IAM_AUTH, which makes a token in its place; unset one of them
  - PGSSLMODE is disable, but BACKUP321_RDS_IAM_AUTH would send its token in clear text and RDS refuses that; use verify-full with PGSSLROOTCERT, or require
  - AWS_REGION is missing; set it to the region of the database server, for which tokens are signed`);
  });

  it("fails when its switch is neither true nor false", () => {
    expect(usageOf({ ...IAM, BACKUP321_RDS_IAM_AUTH: "yes" })).toContain(
      'BACKUP321_RDS_IAM_AUTH must be one of true, false, got "yes"',
    );
  });
});

describe("the signer of RDS", () => {
  const at = { host: "db.example.eu-central-1.rds.amazonaws.com", port: 5433, user: "backup", region: "eu-central-1" };
  const CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;
  const before = Object.fromEntries(CREDENTIALS.map((name) => [name, process.env[name]]));
  const id = ["AK", "IA", "TESTTESTTEST"].join("");
  const key = ["not", "a", "key"].join("-");
  beforeEach(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: "session" });
  });
  afterEach(() => {
    for (const name of CREDENTIALS) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it("gives host, port and user as RDS reads them, signed for its region and 15 minutes, and not the key", async () => {
    const token = await awsConnectionClients.rdsToken(at);
    expect(token.startsWith(`${at.host}:5433/?`)).toBe(true);
    const query = Object.fromEntries(new URL(`https://${token}`).searchParams);
    expect(query).toMatchObject({
      Action: "connect",
      DBUser: "backup",
      "X-Amz-Expires": "900",
      "X-Amz-Security-Token": "session",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(query["X-Amz-Credential"]).toMatch(new RegExp(`^${id}/\\d{8}/eu-central-1/rds-db/aws4_request$`));
    expect(token).not.toContain(key);
  });
});
