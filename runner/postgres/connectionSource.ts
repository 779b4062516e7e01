import { type Env, EnvReader } from "../config";
import { ENV } from "../contract";
import { StageError } from "../errors";
import { CONNECTION_STAGE, type PostgresSettings, readSettings, readTls } from "./connection";
import { parseRdsSecret } from "./rdsSecret";

/** Where the connection settings of one database come from. Holds no secret but PGPASSWORD, where that is the source. */
export type ConnectionSource =
  | { from: "libpq"; settings: PostgresSettings }
  | {
      from: "secret";
      secretArn: string;
      /** Region of the secret, from its ARN. */
      region: string;
      /** PGDATABASE; undefined: the secret's dbname. */
      database: string | undefined;
      tls: Pick<PostgresSettings, "sslMode" | "sslRootCert">;
    }
  | {
      from: "rdsIam";
      settings: PostgresSettings;
      /** Region of the database server, which is part of what is signed. */
      region: string;
    };

/** What AWS is asked for. */
export interface ConnectionClients {
  /** SecretString of a secret; undefined when it holds binary data. */
  secretString(secretArn: string, region: string): Promise<string | undefined>;
  /** Makes a token that lets `user` in once, within 15 minutes. */
  rdsToken(at: { host: string; port: number; user: string; region: string }): Promise<string>;
}

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@!-]+$/;
const IN_THE_SECRET = ["PGHOST", "PGPORT", "PGUSER", "PGPASSWORD"] as const;

/**
 * Reads where the connection comes from: BACKUP321_SECRET_ARN (host, port, user, password and database are in the secret;
 * PGDATABASE chooses another database, PGSSLMODE and PGSSLROOTCERT hold), BACKUP321_RDS_IAM_AUTH=true (libpq's variables without
 * PGPASSWORD, and AWS_REGION), else libpq's variables alone. Asks nobody yet.
 * @param defaultDatabase the database to connect to where PGDATABASE names none
 * @throws StageError `usage` with every problem
 */
export function connectionSource(env: Env, defaultDatabase?: string): ConnectionSource {
  const reader = new EnvReader({ ...env, PGDATABASE: env.PGDATABASE || defaultDatabase });
  const secretArn = reader.optional(ENV.secretArn);
  const isIam = reader.oneOf(ENV.rdsIamAuth, ["true", "false"], "false") === "true";
  if (secretArn !== undefined && isIam) {
    reader.problems.push(
      `${ENV.secretArn} and ${ENV.rdsIamAuth} are both set; keep the secret to sign in by password, or the other to sign in by IAM`,
    );
  }
  const source = isIam
    ? rdsIamSource(reader)
    : secretArn === undefined
      ? ({ from: "libpq", settings: readSettings(reader) } as const)
      : secretSource(reader, secretArn);
  reader.finish(CONNECTION_STAGE);
  return source;
}

function secretSource(reader: EnvReader, secretArn: string): ConnectionSource {
  const region = SECRET_ARN.exec(secretArn)?.[1] ?? "";
  if (region === "") {
    reader.problems.push(
      `${ENV.secretArn} must be the ARN of a secret like arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-AbCdEf, got "${secretArn}"`,
    );
  }
  const doubled = IN_THE_SECRET.filter((name) => reader.optional(name) !== undefined);
  if (doubled.length > 0) {
    reader.problems.push(`${doubled.join(", ")}: the secret of ${ENV.secretArn} says that; unset one or the other`);
  }
  return { from: "secret", secretArn, region, database: reader.optional("PGDATABASE"), tls: readTls(reader) };
}

function rdsIamSource(reader: EnvReader): ConnectionSource {
  const settings = readSettings(reader);
  if (settings.password !== undefined) {
    reader.problems.push(
      `PGPASSWORD is set beside ${ENV.rdsIamAuth}, which makes a token in its place; unset one of them`,
    );
  }
  if (settings.sslMode === "disable") {
    reader.problems.push(
      `PGSSLMODE is disable, but ${ENV.rdsIamAuth} would send its token in clear text and RDS refuses that; use verify-full with PGSSLROOTCERT, or require`,
    );
  }
  const region = reader.required("AWS_REGION", "the region of the database server, for which tokens are signed");
  return { from: "rdsIam", settings, region };
}

/**
 * Fetches what the source keeps elsewhere. A secret is read once; IAM tokens are made by `freshPassword`, one for each connection.
 * @throws StageError `preflight` when the secret can't be read or lacks something
 */
export async function connectionSettings(
  source: ConnectionSource,
  clients: ConnectionClients,
): Promise<PostgresSettings> {
  switch (source.from) {
    case "libpq":
      return source.settings;
    case "rdsIam": {
      const { host, port, user } = source.settings;
      return {
        ...source.settings,
        freshPassword: () => clients.rdsToken({ host, port, user, region: source.region }),
      };
    }
    case "secret": {
      const { secretArn } = source;
      const secret = parseRdsSecret(secretArn, await clients.secretString(secretArn, source.region));
      const database = source.database ?? secret.dbname;
      if (database === undefined) {
        throw new StageError(
          CONNECTION_STAGE,
          "preflight",
          `secret ${secretArn} lacks dbname, and PGDATABASE is not set; give one of them the database to connect to`,
        );
      }
      const { host, port, username: user, password } = secret;
      return { host, port, user, password, database, ...source.tls };
    }
  }
}
