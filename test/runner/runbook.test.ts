import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderRunbook, runbookPage } from "../../runner/runbook/render";
import type { RunbookFacts } from "../../runner/runbook/facts";
import { runbookFacts, unknownFacts } from "./runbookFixtures";

const commandsOf = (facts: RunbookFacts) =>
  runbookPage(facts).sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === "command" ? [block.shell] : [])),
  );
const section = (facts: RunbookFacts, id: string) => {
  const { title } = runbookPage(facts).sections.find((one) => one.id === id)!;
  return renderRunbook(facts).split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
};

describe("a runbook", () => {
  it("begins with what may have happened, each with a link that leads somewhere and a measured time", () => {
    const page = renderRunbook(runbookFacts());
    const index = page.slice(0, page.indexOf("\n- "));
    const links = [...index.matchAll(/\]\(#([a-z0-9-]+)\)/g)].map((match) => match[1]!);
    expect(links).toEqual([
      "a-table-was-dropped-or-damaged",
      "a-database-or-its-server-is-lost",
      "the-region-eu-central-1-is-lost",
      "the-account-is-compromised",
      "a-key-is-lost",
    ]);
    const html = renderRunbook(runbookFacts(), "html");
    const anchors = [...html.matchAll(/<a href="#([a-z-]+)"/g)].map((match) => match[1]!);
    expect(anchors).toHaveLength(5);
    for (const anchor of anchors) expect(html).toContain(`<h2 id="${anchor}">`);
    expect(index).toContain("15m 21s in the slowest drill, and your own time");
  });

  it("ends with the drill by people", () => {
    expect(runbookPage(runbookFacts()).sections.at(-1)?.id).toBe("quarterly-drill");
  });

  it("has commands that a shell understands, one in each box, for any facts", () => {
    const all = [...commandsOf(runbookFacts()), ...commandsOf(unknownFacts())];
    expect(all.length).toBeGreaterThan(80);
    for (const shell of all.filter((one) => !one.startsWith("{"))) {
      const { status, stderr } = spawnSync("sh", ["-n", "-c", shell], { encoding: "utf8" });
      expect([shell, status, stderr]).toEqual([shell, 0, ""]);
    }
  });

  it("needs no tool but stock ones, except where it offers its own as a short cut", () => {
    const programs = commandsOf(runbookFacts())
      .flatMap((shell) => shell.split(/\n|\s(?:\||&&)\s/))
      .map((part) => /^(?:\w+=[^$\s]\S* )*(?:\w+=\$\()?([a-z][\w-]*)/.exec(part.trim())?.[1])
      .filter((name) => name !== undefined);
    const stock = [
      "aws",
      "jq",
      "psql",
      "pg_dump",
      "vacuumdb",
      "dropdb",
      "sh",
      "sed",
      "cat",
      "sort",
      "awk",
      "cut",
      "tail",
      "tr",
      "xargs",
    ];
    const shell = ["test", "export", "echo", "grep", "uniq", "pulumi"];
    expect([...new Set(programs)].filter((name) => ![...stock, ...shell].includes(name))).toEqual(["backup321"]);
  });

  it("names this stack's own things in the commands", () => {
    const facts = runbookFacts();
    const all = commandsOf(facts).join("\n");
    for (const name of [
      facts.primary.bucket,
      facts.replica!.bucket,
      facts.primary.restorerRoleArn!,
      facts.stateMachineArn!,
    ]) {
      expect(all).toContain(name);
    }
    expect(section(facts, "compromised-account")).toContain("--role-name shop-dump-role-orders-1 ");
    expect(section(facts, "lost-region")).not.toContain(`--bucket ${facts.primary.bucket}`);
  });

  it("says of each database what was found on both sides, and what drills measured", () => {
    const rows = section(runbookFacts(), "databases")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const found =
      "`20261120T020000Z-k3q7ab` (daily), 3.9 GiB stored, 19.6 GiB restored, 214 tables, PostgreSQL 16, locked until 2026-12-25; without the rows of public.log";
    expect(rows.map((row) => row.replace(/ +\|/g, " |"))).toEqual([
      `| \`orders\` | 1740 minutes | ${found} | ${found} | 15m 21s at worst, 12m 34s last, in 2 drills that passed |`,
      "| `ledger` | unknown | none: there is no recovery point here | could not be read: repository: list: AccessDenied | never measured: no drill has passed; `backup321 drill` measures it |",
    ]);
  });

  it("asks for the private key only where points are encrypted to one", () => {
    const facts = runbookFacts();
    expect(commandsOf(facts).join("\n")).not.toContain("AGE_IDENTITY");
    const finding = facts.databases[0]!.newest.primary as { point: { recipients: string[] } };
    finding.point.recipients = ["age1example"];
    expect(commandsOf(facts).filter((shell) => shell.startsWith('AGE_IDENTITY="${AGE_IDENTITY:?}" '))).toHaveLength(4);
    expect(section(facts, "lost-key")).toMatch(/\| orders +\| 20261120T020000Z-k3q7ab \| `age1example` +\|/);
  });

  it("tells apart one account from two", () => {
    const facts = runbookFacts();
    expect(section(facts, "compromised-account")).toContain("Work from a computer and with credentials");
    facts.replica!.restorerRoleArn = "arn:aws:iam::222222222222:role/restorer";
    expect(section(facts, "compromised-account")).toContain("The replica is in another account (222222222222).");
  });

  it.each([
    ["GOVERNANCE", "only administrators named in the bucket policy can lift a lock"],
    ["COMPLIANCE", "nobody can delete what it holds, root included"],
    [null, "The lock mode is not known to this page"],
  ] as const)("says what the lock mode %s means", (lockMode, words) => {
    expect(section({ ...runbookFacts(), lockMode }, "compromised-account")).toContain(words);
  });
});

/** An `aws` that keeps what `configure set` is told, and writes down as whom everything else is run. */
const FAKE_AWS = `#!/bin/sh
case "$1 $2" in
"configure set") printf %s "$4" > "$HOME/$3" ;;
"configure get") cat "$HOME/$3" ;;
*) echo "\${AWS_PROFILE-nobody} $1 $2" ;;
esac
`;

describe("who runs the commands of a runbook", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), "runbook-"));
    writeFileSync(path.join(home, "aws"), FAKE_AWS, { mode: 0o755 });
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** Follows scenarios in one shell; of their commands those of AWS and what changes the shell. */
  function callers(ids: readonly string[], profile: Record<string, string>): string[] {
    const { sections } = runbookPage(runbookFacts());
    const shells = ids.flatMap((id) =>
      sections
        .find((one) => one.id === id)!
        .blocks.flatMap((block) => (block.kind === "command" ? [block.shell] : []))
        .filter((shell) => /^(aws |\[ |pulumi up|(PRIMARY|REPLICA)_KEY=)/.test(shell))
        .map((shell) => shell.replace(/^pulumi up$/, "aws pulumi up")),
    );
    const env = { PATH: `${home}:${process.env.PATH}`, HOME: home, ...profile };
    const { status, stdout, stderr } = spawnSync("sh", ["-e", "-c", shells.join("\n")], { env, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout
      .split("\n")
      .filter((line) => /(start-execution|pulumi up|list-object-versions|-role-policy|kms)/.test(line));
  }
  const source = () => readFileSync(path.join(home, "profile.restorer.source_profile"), "utf8");

  it.each([
    ["without a profile", {}, "default"],
    ["with a profile of their own", { AWS_PROFILE: "admin" }, "admin"],
  ])("is the restorer for reading alone, in one scenario after another, %s", (_, profile, self) => {
    // A dropped table's ends as the restorer.
    const ids = ["dropped-table", "lost-key", "dropped-table", "compromised-account", "lost-database", "lost-region"];
    const ran = callers(ids, profile);
    expect(source()).toBe(self);
    // The other one's output ends in `uniq -d`.
    expect(ran.filter((line) => line.includes("versions"))).toEqual(["restorer s3api list-object-versions"]);
    const others = ran.filter((line) => !line.includes("versions"));
    expect(new Set(others)).toEqual(
      new Set(
        ["states start-execution", "pulumi up", "iam put-role-policy", "iam delete-role-policy"]
          .concat(["kms describe-key", "kms cancel-key-deletion", "kms enable-key"])
          .map((call) => `${self} ${call.replace("states", "stepfunctions")}`),
      ),
    );
  });

  it("stays the restorer when a scenario that was left in the middle is begun again", () => {
    const reads = [...runbookPage(runbookFacts()).sections.find(({ id }) => id === "dropped-table")!.blocks];
    const become = reads.flatMap((block) =>
      block.kind === "command" && /^aws configure/.test(block.shell) ? [block.shell] : [],
    );
    const twice = [...become, ...become].join("\n");
    const env = { PATH: `${home}:${process.env.PATH}`, HOME: home, AWS_PROFILE: "admin" };
    const { stdout } = spawnSync("sh", ["-e", "-c", `${twice}\naws sts get-caller-identity`], {
      env,
      encoding: "utf8",
    });
    expect([source(), stdout]).toEqual(["admin", "restorer sts get-caller-identity\n"]);
  });
});

it("stops the backups of a compromised account whatever session makes them, and lets them begin again at the end", () => {
  const policies = (shells: string[]) => shells.filter((shell) => /-role-policy /.test(shell));
  const shells = policies(commandsOf(runbookFacts()));
  expect(shells).toEqual([
    `aws iam put-role-policy --role-name shop-dump-role-orders-1 --policy-name StopBackups --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'`,
    "aws iam delete-role-policy --role-name shop-dump-role-orders-1 --policy-name StopBackups",
  ]);
  const unknown = policies(commandsOf(unknownFacts()));
  expect(unknown).toEqual(shells.map((shell) => shell.replace("shop-dump-role-orders-1", '"${ROLE:?}"')));
  const many = {
    ...runbookFacts(),
    dumpRoleArns: Array.from({ length: 11 }, (_, i) => `arn:aws:iam::123456789012:role/r${i}`),
  };
  expect(policies(commandsOf(many))).toHaveLength(20);
  expect(section(many, "compromised-account").split("And the other 1 alike.")).toHaveLength(3);
  expect(section({ ...many, dumpRoleArns: many.dumpRoleArns.slice(1) }, "compromised-account")).not.toContain("alike");
});

describe("what a runbook does not know", () => {
  it("stops the shell instead of looking real, and is said with how to find it", () => {
    const facts = unknownFacts();
    const all = commandsOf(facts);
    for (const name of ["RESTORER_ROLE_ARN", "STATE_MACHINE_ARN", "ROLE", "DATABASE"]) {
      const using = all.find((shell) => shell.includes(`\${${name}:?}`))!;
      const { status, stderr } = spawnSync("sh", ["-c", `: "\${${name}:?}"`], { encoding: "utf8", env: {} });
      expect([using === undefined, status === 0, stderr.includes(name)]).toEqual([false, false, true]);
    }
    const page = renderRunbook(facts);
    expect(page).toContain("aws iam list-roles");
    expect(page).toContain("aws stepfunctions list-state-machines");
    expect(page).toContain("This page knows no replica.");
    expect(page).toContain("Made by the deployment of the stack.");
    expect(page).not.toMatch(/123456789012:role|undefined|null/);
  });
});

describe("the forms of a runbook", () => {
  it("say the same: every command and every heading is in both", () => {
    const facts = runbookFacts();
    const html = renderRunbook(facts, "html");
    const plain = html
      .replace(/<[^>]+>/g, "")
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&amp;/g, "&");
    for (const shell of commandsOf(facts)) expect(plain).toContain(shell);
    for (const { title } of runbookPage(facts).sections) expect(plain).toContain(title);
  });

  it("load nothing and run nothing, and let no fact become markup", () => {
    const facts = { ...runbookFacts(), title: "<script>alert(1)</script>" };
    const html = renderRunbook(facts, "html");
    expect(html).toContain("<title>Restore runbook: &lt;script&gt;alert(1)&lt;/script&gt;</title>");
    expect(html).not.toMatch(/<script|<link|<img|src=|url\(|@import/);
  });

  it("are shown by docs/runbook-sample.md as they are", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/runbook-sample.md"), "utf8")).toBe(
      renderRunbook(runbookFacts()),
    );
  });
});

it("can be made by a component: what it is made from reads nothing and imports nothing else", () => {
  const dir = path.join(__dirname, "../../runner/runbook");
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, spec] of readFileSync(`${file}.ts`, "utf8").matchAll(/from "([^"]+)"/g)) {
      expect([file, spec]).toEqual([file, expect.stringMatching(/^\.{1,2}\//)]);
      visit(path.resolve(path.dirname(file), spec!));
    }
  };
  visit(path.join(dir, "render"));
  const outside = [...seen].filter((file) => !file.startsWith(dir)).map((file) => path.basename(file));
  expect(outside).toEqual(["humanUnits"]);
  expect([...seen].some((file) => file.endsWith("gather"))).toBe(false);
});
