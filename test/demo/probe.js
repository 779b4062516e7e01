// What the runner's role can and can't do, tried from inside a task that has nothing but that role.
// PROBE is JSON: { id, bucket, own, other, manifest?: { key, versionId }, retainUntil, mode }. Prints one JSON line: attempt -> "done" or the error's name.
const { createHash } = require("node:crypto");
const s3 = require("@aws-sdk/client-s3");

const { id, bucket, own, other, manifest, retainUntil, lockMode } = JSON.parse(process.env.PROBE);
const client = new s3.S3Client({ maxAttempts: 1 });
const lock = { ObjectLockMode: lockMode, ObjectLockRetainUntilDate: new Date(retainUntil) };
const put = (Key, extra) =>
  client.send(
    new s3.PutObjectCommand({
      Bucket: bucket,
      Key,
      Body: "probe",
      ChecksumSHA256: createHash("sha256").update("probe").digest("base64"),
      ...extra,
    }),
  );
const target = manifest && { Bucket: bucket, Key: manifest.key, VersionId: manifest.versionId };

const ATTEMPTS = {
  "put a new object": () => put(own, { ...lock, IfNoneMatch: "*" }),
  "read it back": () => client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: own })),
  "list the bucket": () => client.send(new s3.ListObjectsV2Command({ Bucket: bucket })),
  "overwrite it": () => put(own, lock),
  "put outside its database": () => put(other, { ...lock, IfNoneMatch: "*" }),
  "lock for a day only": () =>
    put(`${own}-short`, { ...lock, ObjectLockRetainUntilDate: new Date(Date.now() + 86_400_000), IfNoneMatch: "*" }),
};
const ATTACKS = {
  "delete the manifest's version": () => client.send(new s3.DeleteObjectCommand(target)),
  "the same, bypassing governance": () =>
    client.send(new s3.DeleteObjectCommand({ ...target, BypassGovernanceRetention: true })),
  "hide it behind a delete marker": () =>
    client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: manifest.key })),
  "shorten its lock": () =>
    client.send(
      new s3.PutObjectRetentionCommand({
        ...target,
        BypassGovernanceRetention: true,
        Retention: { Mode: lockMode, RetainUntilDate: new Date(Date.now() + 86_400_000) },
      }),
    ),
  "overwrite it": () => put(manifest.key, lock),
};

(async () => {
  const results = {};
  for (const [name, attempt] of Object.entries(manifest ? ATTACKS : ATTEMPTS)) {
    results[name] = await attempt().then(
      () => "done",
      (error) => error.name,
    );
  }
  console.log(JSON.stringify({ probe: id, results }));
})();
