import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { SideCheck } from "../../../runner/freshnessCheck";
import { exportMetrics, type MetricTargets } from "../../../runner/metrics/exportMetrics";
import { gaugesOf } from "../../../runner/metrics/samples";
import { prometheusText } from "../../../runner/metrics/prometheus";
import { TOOL } from "../../../runner/version";
import { type HttpReceiver, startHttpReceiver } from "../../support/httpReceiver";
import { failureOf } from "../readFixtures";
import { dependenciesOf, NOW, TOKEN } from "../alerts/alertFixtures";

const CHECK: SideCheck = {
  side: "replica",
  judgements: [
    {
      database: "orders",
      side: "replica",
      healthy: true,
      ageMinutes: 60,
      rpoMinutes: 1560,
      recoveryPoint: { id: "20261120T050000Z-aaaaaa", tier: "daily", storedBytes: 1_234 },
      verification: { recoveryPointId: "20261120T050000Z-aaaaaa", healthy: true, decryption: "proven", ageMinutes: 30 },
      drill: { record: "drills/orders/x.json", passed: false, ageMinutes: 10, passedAgeMinutes: 1_440 },
      problems: [],
      notices: [],
    },
    {
      database: "bills",
      side: "replica",
      healthy: false,
      ageMinutes: null,
      rpoMinutes: 1560,
      recoveryPoint: null,
      verification: null,
      drill: null,
      problems: [
        { code: "noRecoveryPoint", message: "none" },
        { code: "manifestHidden", message: "a" },
        { code: "manifestHidden", message: "b" },
      ],
      notices: [],
    },
  ],
  failures: [{ database: "secret", message: "no access" }],
  doctor: { healthy: false, ageMinutes: 120, problems: [{ code: "doctorFailed", message: "ill" }] },
};

const TEXT = `# HELP backup321_healthy 1 when nothing is wrong with the database on this side, else 0
# TYPE backup321_healthy gauge
backup321_healthy{repository="shop",database="orders",side="replica"} 1
backup321_healthy{repository="shop",database="bills",side="replica"} 0

# HELP backup321_problems Problems of the database on this side, by code
# TYPE backup321_problems gauge
backup321_problems{repository="shop",database="bills",side="replica",code="noRecoveryPoint"} 1
backup321_problems{repository="shop",database="bills",side="replica",code="manifestHidden"} 2

# HELP backup321_recovery_point_timestamp_seconds When the newest complete recovery point was taken
# TYPE backup321_recovery_point_timestamp_seconds gauge
backup321_recovery_point_timestamp_seconds{repository="shop",database="orders",side="replica"} ${NOW.getTime() / 1000 - 3_600}

# HELP backup321_recovery_point_stored_bytes Bytes stored by the newest complete recovery point
# TYPE backup321_recovery_point_stored_bytes gauge
backup321_recovery_point_stored_bytes{repository="shop",database="orders",side="replica"} 1234

# HELP backup321_verification_timestamp_seconds When the newest verification ended
# TYPE backup321_verification_timestamp_seconds gauge
backup321_verification_timestamp_seconds{repository="shop",database="orders",side="replica"} ${NOW.getTime() / 1000 - 1_800}

# HELP backup321_drill_passed_timestamp_seconds When the last drill that passed began
# TYPE backup321_drill_passed_timestamp_seconds gauge
backup321_drill_passed_timestamp_seconds{repository="shop",database="orders",side="replica"} ${NOW.getTime() / 1000 - 86_400}

# HELP backup321_doctor_healthy 1 when the doctor's last run found nothing and is not too old, else 0
# TYPE backup321_doctor_healthy gauge
backup321_doctor_healthy{repository="shop",side="replica"} 0

# HELP backup321_doctor_timestamp_seconds When the doctor's last run began
# TYPE backup321_doctor_timestamp_seconds gauge
backup321_doctor_timestamp_seconds{repository="shop",side="replica"} ${NOW.getTime() / 1000 - 7_200}

# HELP backup321_judged_databases Databases that could be judged on this side
# TYPE backup321_judged_databases gauge
backup321_judged_databases{repository="shop",side="replica"} 2

# HELP backup321_not_judged_databases Databases that could not be judged on this side
# TYPE backup321_not_judged_databases gauge
backup321_not_judged_databases{repository="shop",side="replica"} 1

# HELP backup321_check_timestamp_seconds When this side was judged
# TYPE backup321_check_timestamp_seconds gauge
backup321_check_timestamp_seconds{repository="shop",side="replica"} ${NOW.getTime() / 1000}
`;

let receiver: HttpReceiver;
let folder: string;
beforeEach(async () => {
  receiver = await startHttpReceiver();
  folder = mkdtempSync(path.join(os.tmpdir(), "backup321-metrics-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await receiver.close();
  for (const name of OTEL) delete process.env[name];
});

const OTEL = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"];
const inFolder = (name: string) => path.join(folder, name);
const exportTo = (targets: MetricTargets, env: Record<string, string> = {}, repository = "shop") =>
  exportMetrics([CHECK], targets, { repository, now: NOW, env }, dependenciesOf(receiver, {}));

function gatewayFile(): string {
  writeFileSync(inFolder("gateway"), `https://gateway.example/${TOKEN}/\n`);
  return inFolder("gateway");
}

describe("metrics for Prometheus", () => {
  it("say times instead of ages, and nothing where there is no honest number", async () => {
    expect((await prometheusText(gaugesOf([CHECK], "shop", NOW))).text).toBe(TEXT);
  });

  it("tell of the doctor where it is judged: on which side, how it is, and when it ran, if it ever did", () => {
    const doctorOf = (...doctors: SideCheck["doctor"][]) => {
      const sides = ["primary", "replica"] as const;
      const checks = doctors.map((doctor, at) => ({ ...CHECK, side: sides[at]!, doctor }));
      return gaugesOf(checks, "shop", NOW)
        .filter(({ name }) => name.startsWith("backup321_doctor_"))
        .map(({ name, unit, samples }) => [name, unit, samples]);
    };
    const labels = { repository: "shop", side: "replica" };
    const well = { healthy: true, ageMinutes: 60, problems: [] };
    expect(doctorOf(null, well)).toEqual([
      ["backup321_doctor_healthy", "1", [{ labels, value: 1 }]],
      ["backup321_doctor_timestamp_seconds", "s", [{ labels, value: NOW.getTime() / 1000 - 3_600 }]],
    ]);
    expect(doctorOf(null, { ...well, healthy: false, ageMinutes: null })).toEqual([
      ["backup321_doctor_healthy", "1", [{ labels, value: 0 }]],
      ["backup321_doctor_timestamp_seconds", "s", []],
    ]);
    expect(doctorOf(null, null).map(([, , samples]) => samples)).toEqual([[], []]);
  });

  it("are written whole to a file that the collector may read at any moment", async () => {
    const prometheusFile = inFolder("backup321.prom");
    await exportTo({ prometheusFile });
    expect(readFileSync(prometheusFile, "utf8")).toBe(TEXT);
    expect(readdirSync(folder)).toEqual(["backup321.prom"]);
  });

  it("fail when the file has a name that the collector does not read", async () => {
    const prometheusFile = inFolder("backup321.txt");
    expect((await failureOf(exportTo({ prometheusFile }))).message).toBe(
      `metrics: ${prometheusFile} does not end in .prom; the textfile collector reads no other`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("replace those of the last time in a Pushgateway, whatever the name of the repository", async () => {
    await exportTo({ pushgatewayUrlFile: gatewayFile() }, {}, "a/b");
    const [request] = receiver.requests;
    expect(request).toMatchObject({
      method: "PUT",
      path: `/${TOKEN}/metrics/job/backup321/repository@base64/YS9i`,
      body: TEXT.replaceAll('"shop"', '"a/b"'),
    });
    expect(request!.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  it("fail when the gateway refuses them, without its path", async () => {
    receiver.answers.push({ status: 400, body: `pushed metrics are invalid: /${TOKEN}/metrics` });
    const { message, exit } = await failureOf(exportTo({ pushgatewayUrlFile: gatewayFile() }));
    expect(message).toBe(
      "pushgateway: gateway.example failed at the first attempt: answered 400: pushed metrics are invalid: /[hidden]/metrics",
    );
    expect(exit).toBe("undelivered");
  });
});

/** What an OTLP collector is told, as metric → list of [attributes, value]. */
function otlpMetrics(body: string): Record<string, [Record<string, string>, number][]> {
  const { resourceMetrics } = JSON.parse(body);
  const metrics = resourceMetrics[0].scopeMetrics[0].metrics as {
    name: string;
    gauge: { dataPoints: { attributes: { key: string; value: { stringValue: string } }[]; asDouble: number }[] };
  }[];
  return Object.fromEntries(
    metrics.map(({ name, gauge }) => [
      name,
      gauge.dataPoints.map(({ attributes, asDouble }) => [
        Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
        asDouble,
      ]),
    ]),
  );
}

describe("metrics for OpenTelemetry", () => {
  /** The exporter reads OpenTelemetry's variables from the process. */
  function collect(): Record<string, string> {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${TOKEN}`,
    };
    return Object.assign(process.env, env) as Record<string, string>;
  }

  it("are the same numbers, sent once to the collector that the standard variables name", async () => {
    await exportTo({ otlp: true }, collect());
    expect(receiver.requests).toHaveLength(1);
    const [{ method, path: target, headers, body }] = receiver.requests as [HttpReceiver["requests"][number]];
    expect([method, target, headers["content-type"], headers.authorization]).toEqual([
      "POST",
      "/v1/metrics",
      "application/json",
      TOKEN,
    ]);
    const { resource } = JSON.parse(body).resourceMetrics[0];
    expect(resource.attributes).toEqual(
      expect.arrayContaining([
        { key: "service.name", value: { stringValue: "backup321" } },
        { key: "service.version", value: { stringValue: TOOL.version } },
      ]),
    );
    const expected = gaugesOf([CHECK], "shop", NOW)
      .filter(({ samples }) => samples.length > 0)
      .map(({ name, samples }) => [name, samples.map(({ labels, value }) => [labels, value])]);
    expect(otlpMetrics(body)).toEqual(Object.fromEntries(expected));
  });

  it("fail when no collector is named", async () => {
    expect((await failureOf(exportTo({ otlp: true }))).message).toBe(
      "metrics: no collector is named; set OTEL_EXPORTER_OTLP_ENDPOINT like https://collector:4318",
    );
  });

  it("fail when the collector refuses them, without any header", async () => {
    receiver.answers.push({ status: 401, body: `bad token ${TOKEN}` });
    const { message, exit } = await failureOf(exportTo({ otlp: true }, collect()));
    expect(receiver.requests).toHaveLength(1);
    expect(message).toBe("metrics: OpenTelemetry: Unauthorized; check OTEL_EXPORTER_OTLP_ENDPOINT and headers");
    expect(exit).toBe("undelivered");
  });
});

describe("several targets", () => {
  it("do not keep each other from their metrics, and fail together", async () => {
    const prometheusFile = inFolder("backup321.prom");
    const targets = { prometheusFile, pushgatewayUrlFile: inFolder("missing"), otlp: true };
    const { message } = await failureOf(exportTo(targets));
    expect(message).toBe(
      `metrics: 2 problems:\n  - alert: secret file ${inFolder("missing")} can't be read: ENOENT; check path and owner\n` +
        "  - metrics: no collector is named; set OTEL_EXPORTER_OTLP_ENDPOINT like https://collector:4318",
    );
    expect(readFileSync(prometheusFile, "utf8")).toBe(TEXT);
  });

  it("are none where none is named", async () => {
    await exportTo({});
    expect([receiver.requests, readdirSync(folder)]).toEqual([[], []]);
  });
});
