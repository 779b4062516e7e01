import { escapeIdentifier } from "pg";
import { qualifiedName } from "../postgres/qualifiedName";
import type { BlockRange, CopiedTable } from "./dumpPlan";

/** Quotes a string constant. Backslashes are plain characters: every session of ours has standard_conforming_strings on. */
export function quoteLiteral(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}

/**
 * How values are written, so that any server reads them back exactly. As pg_dump does it; and money in the C locale, since
 * that of the server restored into may have other decimals.
 */
const VALUE_FORMATS = ["SET datestyle = ISO", "SET intervalstyle = postgres", "SET lc_monetary = 'C'"];

/** The column list of a COPY; nothing for a table without columns, whose rows are empty lines. */
function columnList(table: CopiedTable): string {
  return table.columns.length === 0 ? "" : ` (${table.columns.map(escapeIdentifier).join(", ")})`;
}

/** The rows of a database in its own encoding, while SQL is UTF-8: nothing is converted, so nothing is lost or refused. */
function encodingOption(encoding: string): string {
  return encoding === "UTF8" ? "" : ` WITH (ENCODING ${quoteLiteral(encoding)})`;
}

/**
 * SQL before the rows of a frame; they follow in COPY's text format. It relies on nothing that the session or the role of the one
 * who loads it may have set.
 */
export function frameHeader(table: CopiedTable, encoding: string): Buffer {
  const settings = [
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SET search_path = ''",
    "SET row_security = off",
    "SET statement_timeout = 0",
    "SET xmloption = content",
    ...VALUE_FORMATS,
  ];
  const copy = `COPY ${qualifiedName(table.loadInto ?? table)}${columnList(table)} FROM stdin${encodingOption(encoding)}`;
  return Buffer.from([...settings, copy].map((line) => `${line};\n`).join(""));
}

/** Ends the rows of a frame. */
export const FRAME_TRAILER = Buffer.from("\\.\n\n");

/**
 * The COPY that writes a table's own rows (not those of tables that inherit from it), or those of a range of its blocks. A range
 * without end also takes what lies behind the length that the plan knew.
 */
export function copyOutSql(table: CopiedTable, encoding: string, range?: BlockRange): string {
  const option = encodingOption(encoding);
  if (range === undefined) return `COPY ${qualifiedName(table)}${columnList(table)} TO STDOUT${option}`;
  const until = range.toBlock === undefined ? "" : ` AND ctid < '(${range.toBlock},0)'`;
  const columns = table.columns.map(escapeIdentifier).join(", ");
  const rows = `SELECT ${columns} FROM ONLY ${qualifiedName(table)} WHERE ctid >= '(${range.fromBlock},0)'${until}`;
  return `COPY (${rows}) TO STDOUT${option}`;
}

/**
 * Statements that make any session fit to copy: like those of pg_dump; and no search path that a user could have filled, not
 * one time-out. psql prints nothing for them.
 */
export const SESSION_SQL: readonly string[] = [
  "SET search_path = ''",
  "SET client_encoding = 'UTF8'",
  "SET standard_conforming_strings = on",
  "SET row_security = off",
  ...VALUE_FORMATS,
  "SET extra_float_digits = 3",
  "SET bytea_output = hex",
  "SET synchronize_seqscans = off",
  "SET max_parallel_workers_per_gather = 0",
  "SET statement_timeout = 0",
  "SET lock_timeout = 0",
  "SET idle_in_transaction_session_timeout = 0",
];

/** Begins a transaction that sees the snapshot, and locks the table in it. A lock that is not free at once is an error: 55P03. */
export function beginSql(table: CopiedTable, snapshotId: string): string[] {
  return [
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    `SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshotId)}`,
    `LOCK TABLE ONLY ${qualifiedName(table)} IN ACCESS SHARE MODE NOWAIT`,
  ];
}
