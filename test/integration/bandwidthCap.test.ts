// needs: postgres, versitygw
import { type BackupGround, MIB, problemOf, startBackupGround } from "./backupGround";

const NOISE_MIB = 16;
const CAP_MIB_PER_SECOND = 4;

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(NOISE_MIB);
}, 120_000);
afterAll(() => ground?.stop());

/** Backs up; for each part that came, when in milliseconds and how long it is. */
async function partsOf(settings: Record<string, string>) {
  const bucket = await ground.freshBucket();
  const parts: { atMs: number; bytes: number }[] = [];
  ground.proxy.rule = ({ verb, bytes }) => {
    if (verb === "uploadPart") parts.push({ atMs: performance.now(), bytes });
    return "forward";
  };
  const { code, stdout, stderr } = await ground.start(["backup"], ground.env(bucket, settings)).ended;
  expect([code, problemOf(stderr)]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: "committed", verified: expect.anything() });
  return parts;
}

/** The most bytes that had begun to leave at some moment and that this rate did not allow by then; at most 0 where it held. */
function excessBytes(parts: { atMs: number; bytes: number }[], mibPerSecond: number): number {
  const [first] = parts;
  // A second's worth may leave at once, or one part where that is more.
  const burst = Math.max(mibPerSecond * MIB, first!.bytes);
  let sent = 0;
  return Math.max(
    ...parts.map(({ atMs, bytes }) => {
      sent += bytes;
      return sent - burst - ((atMs - first!.atMs) / 1000) * mibPerSecond * MIB;
    }),
  );
}

/** On a busy machine the first part may be seen as much as a second late. */
const TOLERANCE_BYTES = CAP_MIB_PER_SECOND * MIB;

it.each<[string, Record<string, string>]>([
  ["one stream", { BACKUP321_SHAPE: "single" }],
  ["four workers together", { BACKUP321_SHAPE: "parallel", BACKUP321_WORKERS: "4", BACKUP321_BUFFER_BUDGET_MIB: "64" }],
])(
  "a cap on the bandwidth holds for %s, and the backup is made",
  async (_, shape) => {
    const parts = await partsOf({ ...shape, BACKUP321_MAX_MIB_PER_SECOND: `${CAP_MIB_PER_SECOND}` });
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(NOISE_MIB * MIB);
    expect(excessBytes(parts, CAP_MIB_PER_SECOND)).toBeLessThan(TOLERANCE_BYTES);
  },
  120_000,
);

it("without a cap far more leaves at once", async () => {
  // So little that no machine is too slow for it.
  expect(excessBytes(await partsOf({ BACKUP321_SHAPE: "single" }), CAP_MIB_PER_SECOND / 16)).toBeGreaterThan(
    TOLERANCE_BYTES,
  );
}, 120_000);
