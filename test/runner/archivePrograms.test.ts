import { copiedRows, loadingEnv, restriction } from "../../runner/postgres/archivePrograms";

const psql = (version: string) => ({ path: "psql", version, major: Number.parseInt(version, 10) });

describe("keeping psql from commands of its own", () => {
  it.each(["13.22", "14.19", "15.14", "16.10", "17.6", "17.10", "18.0", "19"])("is asked of %s", (version) => {
    expect(restriction(psql(version), "key")).toEqual(["--command=\\restrict key"]);
  });

  it.each(["12.22", "13.21", "15.13", "15", "17.5"])("is not asked of %s, which does not know how", (version) => {
    expect(restriction(psql(version), "key")).toEqual([]);
  });
});

it("rows are counted from the tags of COPY, and of nothing else", async () => {
  expect(await copiedRows(["SET", "COPY 12", "COPY", "XCOPY 3", "COPY 3 x", "COPY 0"])).toEqual([12, 0]);
});

it("a session that loads is ended by no time-out of the server's", async () => {
  const settings = {
    host: "h",
    port: 1,
    user: "u",
    password: undefined,
    database: "postgres",
    sslMode: "disable" as const,
    sslRootCert: undefined,
  };
  expect(await loadingEnv(settings, "new")).toMatchObject({
    PGDATABASE: "new",
    PGOPTIONS:
      "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c synchronous_commit=off",
  });
});
