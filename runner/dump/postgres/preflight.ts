import type { Client } from "pg";
import type { Env } from "../../config";
import { ENV } from "../../contract";
import { problemsError, StageError, detailOf } from "../../errors";
import { type ClientProgram, findClientProgram } from "../../postgres/clientPrograms";
import type { DumpOptions } from "../dumpContext";
import { excludedTables } from "./exclusions";
import { lockProblem } from "./lockCapacity";
import { requireUtf8Names } from "./names";
import { permissionProblems } from "./permissions";
import { readRelations, unreadableLargeObjects } from "./relations";
import { readServer, type ServerFacts } from "./server";
import { refuseOverlap } from "./snapshot";
import { requireFreshStandby } from "./standby";

/** What a database was found to be, fit to be dumped. */
export interface Preflight {
  server: ServerFacts;
  pgDump: ClientProgram;
  pgDumpall: ClientProgram;
  psql: ClientProgram;
  /** Why no snapshot may be exported; undefined: it may. */
  noExport: string | undefined;
}

/**
 * Checks everything that can be known before the first lock.
 * @throws StageError `overlap`, or `preflight` with every problem
 */
export async function preflight(
  client: Client,
  where: string,
  role: string,
  options: DumpOptions,
  env: Env,
): Promise<Preflight> {
  await refuseOverlap(client, where);
  const server = await readServer(client);
  if (server.encoding === "SQL_ASCII") await requireUtf8Names(client, where);
  const relations = await readRelations(client);
  const excluded = excludedTables(options.excludeTableData, relations).oids;
  const noExport = server.mayExport ? undefined : `role ${role} may not run pg_export_snapshot()`;
  const problems: StageError[] = [];
  const attempt = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof StageError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const found = (...texts: string[]) =>
    problems.push(...texts.map((text) => new StageError("preflight", "preflight", text)));

  const pgDump = await attempt(findClientProgram("pg_dump", server.major, env));
  const pgDumpall = pgDump && (await attempt(findClientProgram("pg_dumpall", server.major, env)));
  const psql = pgDump && (await attempt(findClientProgram("psql", server.major, env)));
  if (server.isStandby) await attempt(requireFreshStandby(client, where, options));
  const largeObjects = await unreadableLargeObjects(client, server.major);
  found(...permissionProblems(role, relations, ({ oid }) => excluded.has(oid), largeObjects));
  const sequences = relations.filter(({ kind }) => kind === "S").length;
  const locks = lockProblem(relations.length - sequences, sequences, server.lockTable);
  if (locks !== undefined) found(`${where}: ${locks}`);
  if (noExport !== undefined && options.shape === "parallel") found(parallelImpossible(noExport));

  if (problems.length === 1) throw problems[0]!;
  if (problems.length > 1) throw problemsError("preflight", "preflight", problems.map(withoutStage));
  return { server, pgDump: pgDump!, pgDumpall: pgDumpall!, psql: psql!, noExport };
}

/** What is wrong when a shape was demanded that needs what the server does not give. */
export function parallelImpossible(noExport: string): string {
  return `${ENV.shape} is parallel, which needs an exported snapshot, but ${noExport}; GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO the role, or set ${ENV.shape} to auto or single`;
}

function withoutStage(error: StageError): string {
  return error.stage === "preflight" ? detailOf(error) : error.message;
}
