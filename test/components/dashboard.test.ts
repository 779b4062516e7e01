import { type DashboardInput, dashboardBody } from "../../components/internal/frontDoor/dashboard";
import { ACCOUNT, REGION, REPLICA_REGION } from "./mocks";

const INPUT: DashboardInput = {
  repository: "orders",
  databases: ["orders"],
  primaryRegion: REGION,
  replicaRegion: REPLICA_REGION,
  replicaAccountId: undefined,
  primaryBucketName: "p",
  replicaBucketName: "r",
  stateMachineArn: "arn:machine",
  starterArn: "arn:starter",
  deadLetterQueueUrl: `https://queues.example/${ACCOUNT}/dead`,
  drilled: [],
  drillRegion: REGION,
  drillStateMachineArn: undefined,
  limits: { rpoMinutes: [], drillAgeMinutes: [], rtoSeconds: [] },
};
const DRILLED: Partial<DashboardInput> = {
  drilled: ["orders"],
  drillStateMachineArn: "arn:drills",
  drillRegion: REPLICA_REGION,
};

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: {
    title: string;
    region: string;
    metrics: unknown[][];
    stat: string;
    period: number;
    markdown?: string;
    yAxis: object;
    annotations?: { horizontal: { label: string; value: number }[] };
  };
}

function allOf(input: Partial<DashboardInput> = {}): Widget[] {
  return (JSON.parse(dashboardBody({ ...INPUT, ...input })) as { widgets: Widget[] }).widgets;
}

/** The graphs: what is below the header. */
function widgetsOf(input: Partial<DashboardInput> = {}): Widget[] {
  return allOf(input).slice(1);
}

/** Title, region and metric names of each widget. */
function outline(input: Partial<DashboardInput> = {}): [string, string, unknown[]][] {
  return widgetsOf(input).map(({ properties: { title, region, metrics } }) => [
    title,
    region,
    metrics.map((line) => (typeof line[0] === "string" ? line[1] : (line[0] as { expression: string }).expression)),
  ]);
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `d${i}`);

describe("the dashboard", () => {
  it("shows each metric in the region where it is published", () => {
    expect(outline()).toEqual([
      ["Age of the newest recovery point, primary (minutes)", REGION, ["RecoveryPointAgeMinutes"]],
      ["Age of the newest recovery point, replica (minutes)", REPLICA_REGION, ["RecoveryPointAgeMinutes"]],
      [
        "Replication lag (seconds) and objects waiting",
        REPLICA_REGION,
        ["ReplicationLatency", "OperationsPendingReplication"],
      ],
      ["Objects that could not be replicated", REGION, ["OperationsFailedReplication"]],
      [
        "Backup runs",
        REGION,
        [
          ...["Started", "Succeeded", "Failed", "TimedOut", "Aborted"].map((outcome) => `Executions${outcome}`),
          ...["Failed", "TimedOut", "Aborted"].map((outcome) => `Executions${outcome}`),
        ],
      ],
      ["Events that could not be delivered", REGION, ["ApproximateNumberOfMessagesVisible"]],
      ["Fargate vCPUs of the whole account, and its quota", REGION, ["ResourceCount", "SERVICE_QUOTA(used)"]],
    ]);
  });

  it("names a region in every widget, and lets none cover another", () => {
    for (const databases of [names(1), names(500), undefined]) {
      const widgets = widgetsOf({ ...DRILLED, databases });
      expect(widgets.every(({ type, properties }) => type === "metric" && properties.region !== "")).toBe(true);
      expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).toBe(widgets.length);
      expect(
        widgets.every(
          ({ x, width, y, height }) => x + width <= 24 && x % width === 0 && y >= 3 && (y - 3) % height === 0,
        ),
      ).toBe(true);
    }
  });

  it("begins with what to do, in words", () => {
    const [header] = allOf();
    expect(header).toMatchObject({ type: "text", x: 0, y: 0, width: 24, height: 3 });
    expect(header!.properties.markdown).toContain("# Backups of orders\n");
    expect(header!.properties.markdown).toContain(`of ${REGION}, and of ${REPLICA_REGION}`);
  });

  it("draws what was promised, and begins every scale at 0", () => {
    const limits = {
      rpoMinutes: [
        { database: "orders", value: 1500 },
        { database: "billing", value: 90 },
        { database: "crm", value: 1500 },
      ],
      drillAgeMinutes: [{ database: undefined, value: 15_120 }],
      rtoSeconds: [{ database: "orders", value: 3600 }],
    };
    const drawn = widgetsOf({ ...DRILLED, limits }).flatMap(({ properties: { title, annotations } }) =>
      (annotations?.horizontal ?? []).map(({ label, value }) => [title.split(" (")[0], label, value]),
    );
    const ages = (side: string) => [
      [`Age of the newest recovery point, ${side}`, "RPO of billing", 90],
      [`Age of the newest recovery point, ${side}`, "RPO of orders, crm", 1500],
    ];
    expect(drawn).toEqual([
      ...ages("primary"),
      ...ages("replica"),
      ["Age of the last restore drill that passed", "alarm", 15_120],
      ["Restore time of drills", "RTO", 3600],
    ]);
    expect(
      widgetsOf(DRILLED).every(({ properties }) => JSON.stringify(properties.yAxis) === '{"left":{"min":0}}'),
    ).toBe(true);
  });

  it("draws the lowest and the highest of many limits, and counts databases that are many", () => {
    const rpoMinutes = names(40).map((database, i) => ({ database, value: i < 30 ? 60 : 60 + i }));
    const [primary] = widgetsOf({ limits: { ...INPUT.limits, rpoMinutes } });
    expect(primary!.properties.annotations!.horizontal).toMatchObject([
      { label: "RPO of 30 databases", value: 60 },
      { label: "RPO of d39", value: 99 },
    ]);
  });

  it("asks for the dimensions that are published", () => {
    const lines = widgetsOf().map(({ properties }) => properties.metrics[0]);
    expect(lines[1]).toEqual([
      ...["Backup321", "RecoveryPointAgeMinutes"],
      ...["Repository", "orders", "Database", "orders", "Side", "replica"],
      { label: "orders" },
    ]);
    expect(lines[3]).toEqual([
      ...["AWS/S3", "OperationsFailedReplication"],
      ...["SourceBucket", "p", "DestinationBucket", "r", "RuleId", "primary-to-replica"],
      { label: "failed" },
    ]);
    expect(lines[5]!.slice(0, 4)).toEqual(["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "dead"]);
  });

  it("draws a line for each of 20 databases, and searches for the oldest above", () => {
    expect(outline({ databases: names(20) })[0]![2]).toHaveLength(20);
    expect(outline({ databases: names(21) }).slice(0, 2)).toEqual([
      [
        "Age of the newest recovery point, primary (minutes), the 20 oldest",
        REGION,
        [
          'SORT(SEARCH(\'{Backup321,Database,Repository,Side} MetricName="RecoveryPointAgeMinutes" ' +
            'Repository="orders" Side="primary"\', \'Maximum\', 900), MAX, DESC, 20)',
        ],
      ],
      [
        "Age of the newest recovery point, replica (minutes), the 20 oldest",
        REPLICA_REGION,
        [
          'SORT(SEARCH(\'{Backup321,Database,Repository,Side} MetricName="RecoveryPointAgeMinutes" ' +
            'Repository="orders" Side="replica"\', \'Maximum\', 900), MAX, DESC, 20)',
        ],
      ],
    ]);
  });

  it("shows of a list what is published of it", () => {
    const [primary, replica] = widgetsOf({ databases: undefined });
    const dimensions = (side: string) => ["Repository", "orders", "Side", side];
    expect(primary!.properties.metrics).toEqual([
      ["Backup321", "OldestRecoveryPointAgeMinutes", ...dimensions("primary"), { label: "oldest (minutes)" }],
      [
        ...["Backup321", "UnhealthyDatabases", ...dimensions("primary")],
        { label: "unhealthy databases", yAxis: "right" },
      ],
    ]);
    expect([replica!.properties.region, replica!.properties.period]).toEqual([REPLICA_REGION, 3600]);
  });

  it("shows drills where there are any, in the region where they run", () => {
    expect(outline(DRILLED).slice(-4)).toEqual([
      ["Age of the last restore drill that passed (minutes)", REPLICA_REGION, ["DrillAgeMinutes"]],
      ["Restore time of drills (seconds)", REPLICA_REGION, ["DrillRestoreSeconds"]],
      ["Verdict of drills (1: passed, 0: failed)", REPLICA_REGION, ["DrillPassed"]],
      [
        "Drill runs",
        REPLICA_REGION,
        ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"].map((outcome) => `Executions${outcome}`),
      ],
    ]);
    expect(widgetsOf(DRILLED).at(-4)!.properties.metrics).toEqual([
      ["Backup321", "DrillAgeMinutes", "Repository", "orders", "Database", "orders", { label: "orders" }],
    ]);
    expect(JSON.stringify(widgetsOf())).not.toContain("Drill");
  });

  it("draws a line for the drills of each of 20 databases, and searches for the worst above", () => {
    expect(outline({ ...DRILLED, drilled: names(20) }).at(-2)![2]).toHaveLength(20);
    const searches = outline({ ...DRILLED, drilled: names(21) }).slice(-4, -1);
    expect(searches.map(([, , lines]) => lines)).toEqual(
      [
        ["DrillAgeMinutes", "Maximum", 3600, "DESC"],
        ["DrillRestoreSeconds", "Maximum", 86400, "DESC"],
        ["DrillPassed", "Minimum", 86400, "ASC"],
      ].map(([metric, stat, seconds, order]) => [
        `SORT(SEARCH('{Backup321,Database,Repository} MetricName="${metric}" Repository="orders"', '${stat}', ${seconds}), MAX, ${order}, 20)`,
      ]),
    );
  });

  it("names the replica's account where it is another one, on its side alone", () => {
    for (const databases of [names(1), names(21), undefined]) {
      const [primary, replica, lag, ...others] = widgetsOf({ databases, replicaAccountId: "222222222222" });
      for (const widget of [replica, lag]) expect(JSON.stringify(widget)).toContain("222222222222");
      for (const widget of [primary, ...others]) expect(JSON.stringify(widget)).not.toContain("222222222222");
      expect(JSON.stringify(widgetsOf({ databases }))).not.toContain("ccountId");
    }
  });
});
