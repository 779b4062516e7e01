import { ObjectLockMode, Tier } from "../../runner/contract";
import type { Manifest } from "../../runner/manifestFormat";
import { decodeManifest, encodeManifest, manifestMetadata, parseManifestMetadata } from "../../runner/manifest";

const MANIFEST: Manifest = {
  formatVersion: 1,
  recoveryPointId: "20261120T020000Z-abcdef",
  database: "orders",
  tier: Tier.Daily,
  takenAt: "2026-11-20T02:00:00.000Z",
  completedAt: "2026-11-20T02:10:00.000Z",
  lock: { mode: ObjectLockMode.Governance, retainUntil: "2026-12-25T02:00:00.000Z" },
  source: {
    engine: "postgresql",
    serverVersion: "15.18",
    clientVersion: "15.18",
    databaseName: "shop",
    encoding: "UTF8",
  },
  objects: [
    {
      key: "dumps/k",
      versionId: "v1",
      role: "database",
      format: "pg_dump-custom",
      compression: "zstd",
      raw: { bytes: 100, sha256: "a".repeat(64) },
      stored: { bytes: 40, sha256: "b".repeat(64) },
      s3ChecksumSha256: "x-1",
      parts: 1,
    },
  ],
  shape: "single",
  tables: [
    { schema: "public", name: "orders", kind: "r", rowEstimate: 10, bytes: 1 },
    { schema: "public", name: "new", kind: "r", rowEstimate: -1, bytes: 1 },
  ],
  schemaFingerprint: "c".repeat(64),
  excludedTables: [],
  restoreCommands: ["# x"],
  tool: { name: "pulumi-backup321", version: "0.1.0" },
};

describe("a manifest", () => {
  it("comes back as it was stored", () => {
    expect(decodeManifest(encodeManifest(MANIFEST), "k")).toEqual(MANIFEST);
  });

  it.each([
    ["{", "manifest: k is no JSON (1 characters)"],
    [
      JSON.stringify({ ...MANIFEST, formatVersion: 2 }),
      "manifest: k has format 2, this tool reads up to 1; use a newer pulumi-backup321, or the manifest's own restoreCommands",
    ],
  ])("fails when it is unreadable: %s", (text, message) => {
    expect(() => decodeManifest(text, "k")).toThrow(message);
  });

  it("fails when parts are missing or malformed, naming each path", () => {
    const broken = { ...MANIFEST, objects: [], takenAt: "yesterday" };
    expect(() => decodeManifest(JSON.stringify(broken), "k")).toThrow(
      /^manifest: k is not valid: takenAt: .*; objects: /,
    );
  });

  it("may be of a tier by any name that a key can carry, and of no other", () => {
    const named = (tier: string) => () => decodeManifest(JSON.stringify({ ...MANIFEST, tier }), "k");
    expect(named("monthly-10y")().tier).toBe("monthly-10y");
    expect(named("daily/orders")).toThrow(new Error("manifest: k is not valid: tier: is no tier's name"));
  });

  it("repeats in its metadata what a HEAD must tell", () => {
    expect(parseManifestMetadata(manifestMetadata(MANIFEST))).toEqual({
      formatVersion: 1,
      storedBytes: 40,
      rawBytes: 100,
      objects: 1,
      tables: 2,
      rowEstimate: 10,
      fingerprint: "c".repeat(64),
      excluded: 0,
      storedSha256: "b".repeat(64),
      retainUntil: new Date("2026-12-25T02:00:00.000Z"),
      lockMode: "GOVERNANCE",
      toolVersion: "0.1.0",
    });
  });

  it("keeps metadata within 1.5 KB of ASCII, however large the database", () => {
    const huge = {
      ...MANIFEST,
      tables: Array.from({ length: 20_000 }, () => ({ ...MANIFEST.tables[0]!, rowEstimate: 1e11 })),
    };
    const metadata = manifestMetadata({ ...huge, tool: { name: "x", version: "1.0.0-prä" } });
    const text = Object.entries(metadata).flat().join("");
    expect(text.length).toBeLessThanOrEqual(1536);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
    expect(parseManifestMetadata(metadata)?.toolVersion).toBe("1.0.0-prä");
  });

  it.each([{}, { storedbytes: "x" }, { lockmode: "NONE" }, { retainuntil: "soon" }, { fingerprint: "%E0%A4%A" }])(
    "takes metadata with %p for that of no manifest",
    (damage) => {
      const metadata = Object.keys(damage).length === 0 ? {} : { ...manifestMetadata(MANIFEST), ...damage };
      expect(parseManifestMetadata(metadata as Record<string, string>)).toBeUndefined();
    },
  );
});
