import path from "node:path";
import {
  seedRealisticData,
  tableChecksums,
  type TableChecksum,
  type ThrowawayPostgres,
  throwawayPostgres,
  withClient,
} from "../../support/postgres";
import type { TestTls } from "../../support/tls";
import { megabytes, type Reporter, type StepResult } from "../console";

export interface Source {
  postgres: ThrowawayPostgres;
  checksums: Record<string, TableChecksum>;
}

/** 1: a throwaway PostgreSQL with realistic data. */
export async function startDatabase(dir: string, tls: TestTls, report: Reporter): Promise<StepResult<Source>> {
  report.now("starting a throwaway server");
  const postgres = await throwawayPostgres({ dir: path.join(dir, "source"), tls });
  report.now("filling it: customers, orders, events, large objects, partitions");
  await seedRealisticData(postgres.settings);
  const { version, bytes, tables } = await withClient(postgres.settings, async (client) => {
    const { rows } = await client.query<{ version: string; bytes: string; tables: string }>(
      `SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
              (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)') AS tables`,
    );
    return rows[0]!;
  });
  const checksums = await tableChecksums(postgres.settings);
  const rows = Object.values(checksums).reduce((sum, t) => sum + Number(t.rows), 0);
  return {
    value: { postgres, checksums },
    headline: `PostgreSQL ${version.split(" ")[0]}, ${tables} tables, ${rows.toLocaleString("en")} rows, ${megabytes(Number(bytes))}`,
  };
}
