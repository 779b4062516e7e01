import type { Client, QueryConfig } from "pg";
import * as z from "zod";
import type { DrillAssertion, DrillCheck } from "../drillContract";
import { messageOf } from "../errors";
import { type AnswerValue, type AssertionAnswer, judgeAssertion } from "./judge";

/** Longest time for one assertion. */
const TIMEOUT_SECONDS = 300;
const MOST_ASSERTIONS = 100;

const assertions = z
  .array(z.strictObject({ name: z.string().min(1).max(100), sql: z.string().min(1) }))
  .max(MOST_ASSERTIONS);

/** Assertions, and one sentence for each thing that is wrong with them. */
export function parseAssertions(text: string): { assertions: DrillAssertion[]; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { assertions: [], problems: ['is no JSON; expected like [{"name":"orders of today","sql":"SELECT ..."}]'] };
  }
  const result = assertions.safeParse(value);
  if (!result.success) {
    return { assertions: [], problems: result.error.issues.map((i) => `${i.path.join(".") || "(top)"}: ${i.message}`) };
  }
  const names = result.data.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
  return {
    assertions: twice.length === 0 ? result.data : [],
    problems: twice.map((name) => `the name "${name}" is there twice`),
  };
}

/**
 * Asks the restored database one question, in a transaction that can't write, with the search path of an ordinary session. One
 * SELECT: a cursor takes nothing else, and no more than its first row is fetched.
 */
async function ask(client: Client, { sql }: DrillAssertion): Promise<AssertionAnswer> {
  try {
    await client.query("BEGIN READ ONLY");
    await client.query("SET LOCAL search_path TO DEFAULT");
    await client.query(`SET LOCAL statement_timeout = '${TIMEOUT_SECONDS}s'`);
    // The extended protocol takes one statement alone. The types of pg do not know that word yet.
    const declare: QueryConfig & { queryMode: "extended" } = {
      text: `DECLARE answer NO SCROLL CURSOR FOR ${sql}`,
      queryMode: "extended",
    };
    await client.query(declare);
    const { rows, fields } = await client.query<(AnswerValue | null)[]>({
      text: "FETCH 1 FROM answer",
      rowMode: "array",
    });
    const [row] = rows;
    if (row === undefined) return { kind: "noRow" };
    if (fields.length === 0) return { kind: "noColumn" };
    return { kind: "value", value: row[0]!, typeOid: fields[0]!.dataTypeID };
  } catch (error) {
    return { kind: "error", message: messageOf(error) };
  } finally {
    await client.query("ROLLBACK").catch(() => undefined); // a lost session has shown itself already
  }
}

/** Asks all of them, whatever the others were answered. */
export async function checkAssertions(client: Client, asked: readonly DrillAssertion[]): Promise<DrillCheck[]> {
  const checks: DrillCheck[] = [];
  for (const assertion of asked) checks.push(judgeAssertion(assertion, await ask(client, assertion)));
  return checks;
}
