import * as z from "zod";
import { StageError } from "../errors";
import { CONNECTION_STAGE } from "./connection";

/** What a secret in RDS's shape says about one database. */
export interface RdsSecret {
  host: string;
  port: number;
  username: string;
  password: string;
  /** Absent where the secret names none. */
  dbname?: string | undefined;
}

/** Also no NUL: it can't travel in an environment, and Node would show the whole value in its refusal. */
const text = z.string().regex(/^[^\0]+$/);
const SHAPE = z.object({
  engine: z.string().includes("postgres").optional(),
  host: text,
  // The documents of Secrets Manager give 5432 to a secret without a port; its own rotation writes numbers, its console text.
  port: z.coerce.number().int().min(1).max(65535).default(5432),
  username: text,
  password: text,
  dbname: text.optional(),
});
const KEYS: Readonly<Record<string, string>> = {
  engine: "engine must be postgres (or be left out)",
  host: "host must be a text",
  port: "port must be a whole number from 1 to 65535",
  username: "username must be a text",
  password: "password must be a text",
  dbname: "dbname must be a text",
};
const FIX = 'store {"host","port","username","password","dbname"} as JSON';

/**
 * Reads a secret in the shape that RDS and Secrets Manager write.
 * @param value its SecretString; undefined when it holds SecretBinary
 * @throws StageError `preflight` that names keys, and never shows a value
 */
export function parseRdsSecret(secretArn: string, value: string | undefined): RdsSecret {
  const fail = (what: string, fix = FIX): never => {
    throw new StageError(CONNECTION_STAGE, "preflight", `secret ${secretArn} ${what}; ${fix}`);
  };
  if (value === undefined) return fail("holds binary data, not text", `${FIX} in its SecretString`);
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    // The parser's own message shows the text.
    return fail("is no JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return fail("is no JSON object");
  const missing = ["host", "username", "password"].filter((key) => !(key in json));
  if (missing.length === 1 && missing[0] === "host") {
    return fail(
      "holds username and password, but no host: that is a secret which RDS manages itself",
      "make one of your own with host, port, username, password and dbname, or sign in by IAM (rdsIamAuth)",
    );
  }
  const parsed = SHAPE.safeParse(json);
  if (parsed.success) return parsed.data;
  const bad = parsed.error.issues.map((issue) => String(issue.path[0])).filter((key) => !missing.includes(key));
  const problems = [
    ...(missing.length > 0 ? [`lacks ${missing.join(", ")}`] : []),
    ...[...new Set(bad)].map((key) => `is wrong in a key: ${KEYS[key]}`),
  ];
  return fail(problems.join(", and "));
}
