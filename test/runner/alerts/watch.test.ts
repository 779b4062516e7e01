import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { AlertChannelKind } from "../../../runner/alertContract";
import { watch } from "../../../runner/alerts/watch";
import { StageError } from "../../../runner/errors";
import type { ProblemCode } from "../../../runner/freshness";
import type { SideCheck } from "../../../runner/freshnessCheck";
import { type HttpReceiver, startHttpReceiver } from "../../support/httpReceiver";
import { CONTEXT, dependenciesOf, PATHS } from "./alertFixtures";

let receiver: HttpReceiver;
let folder: string;
let stateFile: string;
let now: Date;
let pings: number;
beforeEach(async () => {
  receiver = await startHttpReceiver();
  folder = mkdtempSync(path.join(os.tmpdir(), "backup321-watch-"));
  stateFile = path.join(folder, "alerts.json");
  now = new Date("2026-11-20T06:00:00.000Z");
  pings = 0;
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await receiver.close();
});

/** A side with these databases and the codes of their problems. */
function side(databases: Record<string, ProblemCode[]>, changes: Partial<SideCheck> = {}): SideCheck {
  const judgements = Object.entries(databases).map(([database, codes]) => ({
    database,
    side: "primary" as const,
    healthy: codes.length === 0,
    ageMinutes: 10,
    rpoMinutes: 1560,
    recoveryPoint: null,
    verification: null,
    drill: null,
    problems: codes.map((code) => ({ code, message: `${database} is ${code}` })),
    notices: [],
  }));
  return { side: "primary", judgements, failures: [], doctor: null, ...changes };
}

const CHANNELS = [
  { kind: AlertChannelKind.Webhook, secretFile: "webhook" },
  { kind: AlertChannelKind.Slack, secretFile: "slack" },
];
const SECRETS: Record<string, string> = {
  webhook: `https://ops.example${PATHS.webhook}`,
  slack: `https://hooks.slack.example${PATHS.slack}`,
};
const WITHOUT_SLACK = { webhook: SECRETS.webhook! };

/** One run; gives back what the webhook got as [state, title], and what went wrong. */
async function run(checks: SideCheck[], { secrets = SECRETS, ping = true } = {}) {
  receiver.requests.length = 0;
  const notes: string[] = [];
  let asked: readonly string[] = [];
  const base = dependenciesOf(receiver, secrets);
  const failure = await watch(
    {
      ...base,
      clock: () => now,
      check: async (names) => {
        asked = names;
        return checks;
      },
      ping: ping
        ? async () => {
            pings += 1;
          }
        : () => Promise.reject(new StageError("ping", "undelivered", "hc.example failed")),
      note: (text) => void notes.push(text),
    },
    { channels: CHANNELS, context: CONTEXT, stateFile, remindHours: 24 },
  ).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const bodies = receiver.requests.filter(({ path }) => path === PATHS.webhook).map(({ body }) => JSON.parse(body));
  const told = bodies.map(({ state, title }) => [state, title]);
  return { told, bodies, failure, notes, asked, slack: receiver.requests.length - bodies.length };
}

const later = (hours: number) => (now = new Date(now.getTime() + hours * 3_600_000));
const ILL = ["problem", "Database orders on the primary has problems: stale"];
const WELL = ["recovered", "Database orders on the primary is sound again"];

describe("watching", () => {
  it("tells a problem once, and its end once", async () => {
    expect((await run([side({ orders: [] })])).told).toEqual([]);
    const { told, bodies, slack } = await run([side({ orders: ["stale"] })]);
    expect([told, slack]).toEqual([[ILL], 1]);
    expect(bodies[0]).toMatchObject({
      id: "freshness/shop/orders/primary",
      severity: "critical",
      what: ["stale: orders is stale"],
      since: "2026-11-20T06:00:00.000Z",
      atRisk: "What was written since the last sound recovery point would be lost with the database.",
      nextCommand: "backup321 status --side primary --database orders --bucket shop-primary --region eu-central-1",
      source: { repository: "shop", database: "orders", side: "primary", region: "eu-central-1" },
    });
    later(1);
    expect((await run([side({ orders: ["stale"] })])).told).toEqual([]);
    const end = await run([side({ orders: [] })]);
    expect(end.told).toEqual([WELL]);
    expect(end.bodies[0]).toMatchObject({ what: ["It had: stale; first seen 2026-11-20T06:00:00.000Z."] });
    expect((await run([side({ orders: [] })])).told).toEqual([]);
  });

  it("tells it again when its codes change, and remembers since when", async () => {
    await run([side({ orders: ["stale"] })]);
    later(1);
    const { told, bodies } = await run([side({ orders: ["zeroSize", "stale", "stale"] })]);
    expect(told).toEqual([["problem", "Database orders on the primary has problems: stale, zeroSize"]]);
    expect(bodies[0]).toMatchObject({ since: "2026-11-20T06:00:00.000Z", at: "2026-11-20T07:00:00.000Z" });
  });

  it("reminds of what lasts, after so many hours and not before", async () => {
    await run([side({ orders: ["stale"] })]);
    later(23.9);
    expect((await run([side({ orders: ["stale"] })])).told).toEqual([]);
    later(0.1);
    expect((await run([side({ orders: ["stale"] })])).told).toEqual([ILL]);
    later(1);
    expect((await run([side({ orders: ["stale"] })])).told).toEqual([]);
  });

  it("warns of what could not be judged, and of what the doctor says", async () => {
    const doctor = {
      healthy: false,
      ageMinutes: 5,
      problems: [{ code: "doctorFailed" as const, message: "a role may delete" }],
    };
    const { told, bodies } = await run([
      side({ orders: [] }, { failures: [{ database: "bills", message: "no access" }], doctor }),
    ]);
    expect(told).toEqual([
      ["problem", "What the doctor says on the primary has problems: doctorFailed"],
      ["problem", "Database bills on the primary could not be judged"],
    ]);
    expect(bodies.map(({ severity }) => severity)).toEqual(["critical", "warning"]);
    expect(pings).toBe(0);
  });

  it("keeps what it knew while a whole side can't be seen, and goes on from there", async () => {
    await run([side({ orders: ["stale"] })]);
    const gone = side({}, { failures: [{ database: "*", message: "no route" }] });
    expect((await run([gone])).told).toEqual([["problem", "The primary could not be judged"]]);
    expect((await run([gone])).told).toEqual([]);
    const back = await run([side({ orders: ["stale"] })]);
    expect(back.told).toEqual([["recovered", "The primary can be looked at again"]]);
  });

  it("asks for databases it knew, so that one that is gone from the bucket is not forgotten", async () => {
    await run([side({ orders: [], bills: [] })]);
    expect((await run([side({ orders: [] })])).asked).toEqual(["orders", "bills"]);
  });

  it("ends quietly what is watched no longer", async () => {
    await run([side({ orders: ["stale"], bills: [] })]);
    const { told, bodies, slack } = await run([side({ bills: [] })]);
    expect(told).toEqual([["recovered", "Database orders on the primary is watched no longer"]]);
    expect([bodies[0].isQuiet, bodies[0].id, slack]).toEqual([true, "freshness/shop/orders/primary", 0]);
    expect((await run([side({ bills: [] })])).told).toEqual([]);
  });
});

describe("the dead-man's switch", () => {
  it("is rung when every database was judged good", async () => {
    await run([side({ orders: [] }), { ...side({ orders: [] }), side: "replica" }]);
    expect(pings).toBe(1);
  });

  it.each([
    ["one is not healthy", [side({ orders: [], bills: ["stale"] })]],
    ["one could not be judged", [side({ orders: [] }, { failures: [{ database: "bills", message: "no" }] })]],
    ["there is none", [side({})]],
    ["the doctor found something", [side({ orders: [] }, { doctor: { healthy: false, ageMinutes: 1, problems: [] } })]],
  ])("is silent when %s", async (_, checks) => {
    await run(checks);
    expect(pings).toBe(0);
  });

  it("is silent when somebody could not be told", async () => {
    await run([side({ orders: ["stale"] })]);
    await run([side({ orders: [] })], { secrets: WITHOUT_SLACK });
    expect(pings).toBe(0);
    await run([side({ orders: [] })]);
    expect(pings).toBe(1);
  });

  it("fails when it can't be reached", async () => {
    expect((await run([side({ orders: [] })], { ping: false })).failure).toBe("alert: ping: hc.example failed");
  });
});

describe("the state file", () => {
  it("keeps what a channel has not got, for that channel alone", async () => {
    const first = await run([side({ orders: ["stale"] })], { secrets: WITHOUT_SLACK });
    expect(first.failure).toBe("alert: slack: secret slack can't be read: AccessDenied");
    expect([first.told, first.slack]).toEqual([[ILL], 0]);
    const second = await run([side({ orders: ["stale"] })]);
    expect([second.failure, second.told, second.slack]).toEqual([undefined, [], 1]);
    const third = await run([side({ orders: ["stale"] })]);
    expect([third.told, third.slack]).toEqual([[], 0]);
  });

  it("sends what is new on a matter in place of what was left of it", async () => {
    await run([side({ orders: ["stale"] })], { secrets: WITHOUT_SLACK });
    const { told, slack } = await run([side({ orders: [] })]);
    expect([told, slack]).toEqual([[WELL], 1]);
  });

  it("that is damaged makes everything new, says so, and is mended", async () => {
    await run([side({ orders: ["stale"] })]);
    writeFileSync(stateFile, readFileSync(stateFile, "utf8").slice(0, 40));
    const { told, notes, failure } = await run([side({ orders: ["stale"] })]);
    expect([told, failure]).toEqual([[ILL], undefined]);
    expect(notes).toEqual([
      `alert: ${stateFile} can't be understood: every problem counts as new, and it is written anew`,
    ]);
    expect((await run([side({ orders: ["stale"] })])).told).toEqual([]);
  });

  it("is for its owner alone, and leaves nothing beside it", async () => {
    await run([side({ orders: [] })]);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(existsSync(stateFile)).toBe(true);
  });

  it("fails when it can't be written, after everybody was told", async () => {
    stateFile = path.join(folder, "missing", "alerts.json");
    const { told, failure } = await run([side({ orders: ["stale"] })]);
    expect(told).toEqual([ILL]);
    expect(failure).toBe(`alert: ${stateFile} can't be written: ENOENT; give a file in a folder of this user`);
  });

  it("fails when it can't be read", async () => {
    stateFile = folder;
    expect((await run([side({ orders: [] })])).failure).toBe(
      `alert: state file ${folder} can't be read: EISDIR; check its owner`,
    );
  });
});
