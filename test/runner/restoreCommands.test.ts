import type { ManifestObject, ManifestTable } from "../../runner/manifestFormat";
import { globalsCommand, type RestorableFacts, restoreCommands } from "../../runner/restoreCommands";

const PRIMARY = { bucket: "p", region: "eu-central-1" };
const REPLICA = { bucket: "r", region: "eu-west-1" };
const sha = (letter: string) => letter.repeat(64);

function object(name: string, role: ManifestObject["role"], letter: string): ManifestObject {
  return {
    key: `dumps/daily/orders/2026/11/20/id/${name}`,
    versionId: `v-${letter}`,
    role,
    format: role === "tables" || role === "globals" ? "sql" : "pg_dump-custom",
    compression: "zstd",
    raw: role === "tables" ? { bytes: 9 } : { bytes: 9, sha256: sha("f") },
    stored: { bytes: 100, sha256: sha(letter) },
    s3ChecksumSha256: "c",
    parts: 1,
  };
}

const source: RestorableFacts["source"] = {
  engine: "postgresql",
  serverVersion: "15.18",
  clientVersion: "15.18",
  databaseName: "shop",
  encoding: "UTF8",
};
const single: RestorableFacts = {
  source,
  shape: "single",
  objects: [object("database.pgdump.zst", "database", "a"), object("globals.sql.zst", "globals", "b")],
  tables: [],
};
const table = (name: string, data: ManifestTable["data"]): ManifestTable => ({
  schema: "public",
  name,
  kind: "r",
  rowEstimate: 1,
  bytes: 1,
  data,
});
const parallel: RestorableFacts = {
  source,
  shape: "parallel",
  objects: [
    object("schema.pgdump.zst", "schema", "a"),
    object("tables-0001.sql.zst", "tables", "b"),
    object("tables-0002.sql.zst", "tables", "c"),
    object("large-objects.pgdump.zst", "largeObjects", "d"),
  ],
  tables: [
    table("empty", []),
    table("two\nlines; touch x", [
      { object: 2, offset: 10, bytes: 30, rawBytes: 9, rows: 1, fromBlock: 0, toBlock: 5 },
      { object: 1, offset: 0, bytes: 100, rawBytes: 9, rows: 1, fromBlock: 5 },
    ]),
  ],
};
const sealed: RestorableFacts = {
  ...parallel,
  encryption: { format: "age", recipients: ["age1x"] },
  objects: parallel.objects.map((one) => ({ ...one, key: `${one.key}.age`, encryption: "age" as const })),
};

/** The lines that a shell obeys. */
const obeyed = (lines: string[]) => lines.filter((line) => !line.startsWith("#"));

describe("the commands of a single stream", () => {
  it("fetch, check, decompress, check again, and restore", () => {
    expect(obeyed(restoreCommands(single, PRIMARY, undefined)).filter((line) => !line.startsWith("fetch()"))).toEqual([
      "BUCKET=p REGION=eu-central-1",
      "PREFIX=dumps/daily/orders/2026/11/20/id/",
      `fetch database.pgdump.zst v-a ${sha("a")}`,
      "zstd -d -f --rm database.pgdump.zst -o database.pgdump",
      `echo '${sha("f")}  database.pgdump' | sha256sum --check`,
      'createdb --template=template0 --encoding=UTF8 "$RESTORE_TO"',
      'pg_restore --exit-on-error --dbname="$RESTORE_TO" database.pgdump',
    ]);
  });

  it("name the replica where there is one, and only there", () => {
    expect(restoreCommands(single, PRIMARY, REPLICA)).toContain("# BUCKET=r REGION=eu-west-1");
    expect(restoreCommands(single, PRIMARY, undefined).join("\n")).not.toContain("replica");
  });

  it("quote what a shell would split", () => {
    const odd = { ...single, objects: [{ ...single.objects[0]!, key: "dumps/it's here/database.pgdump.zst" }] };
    expect(restoreCommands(odd, PRIMARY, undefined)).toContain("PREFIX='dumps/it'\\''s here/'");
  });

  it("check no digest of raw bytes where the manifest has none", () => {
    const objects = [{ ...single.objects[0]!, raw: { bytes: 9 } }];
    expect(restoreCommands({ ...single, objects }, PRIMARY, undefined).join("\n")).not.toContain("undefined");
    expect(restoreCommands({ ...single, objects }, PRIMARY, undefined).join("\n")).not.toContain("  database.pgdump'");
  });
});

describe("the commands of a parallel point", () => {
  it("restore definitions, rows object by object, large objects, and then what needs them", () => {
    const lines = obeyed(restoreCommands(parallel, PRIMARY, undefined));
    const from = lines.findIndex((line) => line.startsWith("createdb"));
    expect(lines.slice(from + 1).filter((line) => !line.startsWith("rows()"))).toEqual([
      'pg_restore --exit-on-error --section=pre-data --dbname="$RESTORE_TO" schema.pgdump',
      `rows tables-0001.sql.zst v-b ${sha("b")}`,
      `rows tables-0002.sql.zst v-c ${sha("c")}`,
      `fetch large-objects.pgdump.zst v-d ${sha("d")}`,
      "zstd -d -f --rm large-objects.pgdump.zst -o large-objects.pgdump",
      `echo '${sha("f")}  large-objects.pgdump' | sha256sum --check`,
      'pg_restore --exit-on-error --dbname="$RESTORE_TO" large-objects.pgdump',
      'pg_restore --exit-on-error --section=data --section=post-data --dbname="$RESTORE_TO" schema.pgdump',
    ]);
  });

  it("show the range of one table in remarks that its name can't break out of", () => {
    const lines = restoreCommands(parallel, PRIMARY, undefined);
    const remarks = lines.slice(lines.findIndex((line) => line.startsWith("# rows of one table")));
    expect(remarks[0]).toMatch(/For "public\.two\\nlines; touch x", 1 of 2 ranges:$/);
    expect(remarks[1]).toBe(
      '# aws s3api get-object --region "$REGION" --bucket "$BUCKET" --key "$PREFIX"tables-0002.sql.zst --version-id v-c --range bytes=10-39 table.sql.zst',
    );
    for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
  });

  it("say which tools they need, and open each table of an encrypted one by itself", () => {
    expect(restoreCommands(parallel, PRIMARY, undefined)[0]).toMatch(/^# needs: aws, sha256sum, zstd, PostgreSQL/);
    const lines = restoreCommands(sealed, PRIMARY, undefined);
    expect(lines[0]).toMatch(
      /^# needs: aws, sha256sum, zstd, age, jq, PostgreSQL.*AGE_IDENTITY=.*; MANIFEST=<this file>$/,
    );
    expect(lines).toContain(`rows tables-0002.sql.zst.age v-c ${sha("c")} 2`);
    expect(lines).toContain('age --decrypt --identity "$AGE_IDENTITY" --output opened.zst schema.pgdump.zst.age');
  });
});

it("the command for globals is one line that ends at the first failure", () => {
  expect(globalsCommand(single.objects[1]!, PRIMARY)).toBe(
    `aws s3api get-object --region eu-central-1 --bucket p --key dumps/daily/orders/2026/11/20/id/globals.sql.zst --version-id v-b globals.sql.zst && zstd -d -f --rm globals.sql.zst -o globals.sql && echo '${sha("f")}  globals.sql' | sha256sum --check && psql --no-psqlrc --dbname=postgres --file=globals.sql`,
  );
});
