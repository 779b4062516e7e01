/**
 * `tsx test/support/setup.ts FILE`: finds or installs every part that integration tests need and writes what came of it, as
 * JSON, to FILE: part → { ok } or { ok: false, reason }. A part that can't be had is no failure here: its suites are skipped,
 * with this reason printed.
 */
import { writeFileSync } from "node:fs";
import { ensureAge, ensureAgeKeygen } from "./age";
import { requireArchive } from "./apt";
import { ensureAwsCli } from "./awsCli";
import { ensurePulumi } from "./engine/pulumiCli";
import { requireProgram } from "./parts";
import { ensurePgbouncer } from "./pgbouncer";
import { findPostgres } from "./postgres";
import { ensureRegressionSql } from "./postgres/regression";
import { ensurePostgresMajor, neighbourMajors } from "./postgres/majors";
import { ensureMinistack } from "./standin/ministack";
import { ensureVersitygw } from "./versitygw";

type Say = (line: string) => void;
const openssl = () => requireProgram("openssl", "version", "apt install openssl, or brew install openssl");
const zstd = () => requireProgram("zstd", "--version", "apt install zstd, or brew install zstd");

/** Quick ones first. Each may install into the user's cache folder. */
const PARTS: Record<string, (say: Say) => unknown> = {
  zstd,
  postgres: () => [openssl(), zstd(), findPostgres()],
  standin: async (say) => [openssl(), await ensureMinistack(say)],
  debian: () => requireArchive("debian"),
  pgdg: () => requireArchive("pgdg"),
  regression: ensureRegressionSql,
  awscli: ensureAwsCli,
  versitygw: ensureVersitygw,
  age: async (say) => [await ensureAge(say), await ensureAgeKeygen(say)],
  pgbouncer: ensurePgbouncer,
  majors: async (say) => {
    for (const major of neighbourMajors()) await ensurePostgresMajor(major, say);
  },
  pulumi: ensurePulumi,
};

async function main(file: string): Promise<void> {
  const result: Record<string, { ok: boolean; reason?: string }> = {};
  for (const [name, ensure] of Object.entries(PARTS)) {
    const startedAt = Date.now();
    try {
      await ensure((line) => console.log(`setup: ${name}: ${line}`));
      result[name] = { ok: true };
      console.log(`setup: ${name}: ready (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    } catch (error) {
      result[name] = { ok: false, reason: (error as Error).message };
      console.log(`setup: ${name}: can't be had: ${(error as Error).message}`);
    }
  }
  writeFileSync(file, JSON.stringify(result));
}

void main(process.argv[2]!);
