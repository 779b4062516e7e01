import { createHash } from "node:crypto";
import { ObjectLockMode } from "../../runner/contract";
import { type ByteRange, type PutOptions, type Repository, RepositoryError } from "../../runner/repository/repository";
import { compositeSha256 } from "../../runner/repository/s3PartUpload";

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("base64");
const MIB = 1024 * 1024;

async function rejectionOf(work: Promise<unknown>): Promise<RepositoryError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof RepositoryError)) throw new Error(`expected a RepositoryError, got ${String(error)}`);
  return error;
}

async function text(repository: Repository, key: string, versionId?: string, range?: ByteRange): Promise<string> {
  return String(Buffer.concat((await (await repository.read(key, versionId, range)).toArray()) as Buffer[]));
}

async function keys(repository: Repository, prefix: string, startAfter?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of repository.list(prefix, startAfter === undefined ? {} : { startAfter })) found.push(key);
  return found;
}

/**
 * What every repository does, run against each implementation and each server.
 * @param open a repository on an empty, versioned, lockable bucket; called once
 * @param hide puts a delete marker on a key, which no repository does itself
 */
export function repositoryConformance<R extends Repository>(
  name: string,
  open: () => Promise<R> | R,
  hide: (key: string, repository: R) => unknown,
): void {
  describe(`repository on ${name}`, () => {
    let repository: R;
    const retainUntil = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000);
    const options: PutOptions = {
      lock: { mode: ObjectLockMode.Governance, retainUntil },
      contentType: "text/plain",
      metadata: { note: "percent%20encoded" },
    };
    beforeAll(async () => {
      repository = await open();
    });
    afterAll(() => repository?.close());

    it("puts a small object once, with lock and metadata, and reads it back by version", async () => {
      const stored = await repository.putOnce("put/a.json", "hello", options);
      expect(stored.checksumSha256).toBe(sha256("hello"));
      expect(await text(repository, "put/a.json", stored.versionId)).toBe("hello");
      expect(await repository.head("put/a.json")).toMatchObject({
        versionId: stored.versionId,
        bytes: 5,
        metadata: { note: "percent%20encoded" },
        lock: { mode: "GOVERNANCE", retainUntil },
        storageClass: "STANDARD",
      });
    });

    it("fails when a key is put twice, and keeps the first", async () => {
      await repository.putOnce("twice", "first", options);
      expect((await rejectionOf(repository.putOnce("twice", "second", options))).kind).toBe("alreadyExists");
      expect(await text(repository, "twice")).toBe("first");
      expect(await repository.versionsOf("twice")).toHaveLength(1);
    });

    it("completes an upload in parts, whatever order they were sent in, with lock and composite checksum", async () => {
      const parts = [Buffer.alloc(5 * MIB, "a"), Buffer.alloc(5 * MIB, "b"), Buffer.from("end")];
      const upload = await repository.startUpload("parts/x", options);
      for (const i of [2, 0, 1]) await upload.uploadPart(i + 1, parts[i]!, sha256(parts[i]!));
      const stored = await upload.complete();
      expect(stored.checksumSha256).toBe(compositeSha256(parts.map(sha256)));
      expect(await text(repository, "parts/x", stored.versionId)).toBe(String(Buffer.concat(parts)));
      expect((await repository.head("parts/x")).lock).toEqual(options.lock);
    });

    it("fails when a part does not match its checksum", async () => {
      const upload = await repository.startUpload("parts/bad", options);
      const error = await rejectionOf(upload.uploadPart(1, Buffer.from("abc"), sha256("abd")));
      expect(["refused", "accessDenied"]).toContain(error.kind);
      await upload.abort();
      expect(await keys(repository, "parts/bad")).toEqual([]);
    });

    it("fails when an upload is completed over an existing key, and keeps the first", async () => {
      await repository.putOnce("parts/taken", "first", options);
      const upload = await repository.startUpload("parts/taken", options);
      await upload.uploadPart(1, Buffer.from("second"), sha256("second"));
      expect((await rejectionOf(upload.complete())).kind).toBe("alreadyExists");
      await upload.abort();
      expect(await text(repository, "parts/taken")).toBe("first");
    });

    it("fails when an upload without parts, or with a gap, is completed", async () => {
      const upload = await repository.startUpload("parts/gap", options);
      expect((await rejectionOf(upload.complete())).kind).toBe("refused");
      await upload.uploadPart(2, Buffer.from("b"), sha256("b"));
      expect((await rejectionOf(upload.complete())).kind).toBe("refused");
      await upload.abort();
    });

    it("aborts an upload so that nothing is left and no part is taken any more", async () => {
      const upload = await repository.startUpload("parts/aborted", options);
      await upload.uploadPart(1, Buffer.from("a"), sha256("a"));
      await upload.abort();
      await rejectionOf(upload.uploadPart(2, Buffer.from("b"), sha256("b")));
      await rejectionOf(upload.complete());
      expect(await keys(repository, "parts/aborted")).toEqual([]);
    });

    it("lists keys below a prefix in byte order, after a key, and folders one level down", async () => {
      for (const key of ["l/b/2", "l/a/1", "l/b/1", "l/c", "la/1"]) await repository.putOnce(key, "x", options);
      expect(await keys(repository, "l/")).toEqual(["l/a/1", "l/b/1", "l/b/2", "l/c"]);
      expect(await keys(repository, "l/", "l/b/1")).toEqual(["l/b/2", "l/c"]);
      expect(await repository.listFolders("l/")).toEqual(["l/a/", "l/b/"]);
      expect(await keys(repository, "nothing/")).toEqual([]);
    });

    it("lists also folders in which everything hides behind delete markers, where they are asked for", async () => {
      for (const key of ["f/b/2", "f/a/1/x", "f/b/1", "f/c", "fa/1"]) await repository.putOnce(key, "x", options);
      for (const key of ["f/a/1/x", "f/b/2"]) await hide(key, repository);
      // Without being asked, S3 leaves "f/a/" out; some servers do not.
      expect(await repository.listFolders("f/")).toContain("f/b/");
      expect(await repository.listFolders("f/", { withHidden: true })).toEqual(["f/a/", "f/b/"]);
      expect(await repository.listFolders("none/", { withHidden: true })).toEqual([]);
    });

    it("names the versions of exactly one key", async () => {
      const { versionId } = await repository.putOnce("v/key", "x", options);
      await repository.putOnce("v/key-longer", "x", options);
      expect(await repository.versionsOf("v/key")).toMatchObject([{ key: "v/key", versionId, isDeleteMarker: false }]);
      expect(await repository.versionsOf("v/none")).toEqual([]);
    });

    it("reads exactly a range of one version, up to the last byte", async () => {
      const { versionId } = await repository.putOnce("range/a", "0123456789", options);
      expect(await text(repository, "range/a", versionId, { offset: 0, bytes: 1 })).toBe("0");
      expect(await text(repository, "range/a", versionId, { offset: 3, bytes: 4 })).toBe("3456");
      expect(await text(repository, "range/a", undefined, { offset: 8, bytes: 2 })).toBe("89");
      expect(await text(repository, "range/a", versionId, { offset: 0, bytes: 10 })).toBe("0123456789");
    });

    it.each([
      ["goes beyond the end", 8, 3],
      ["begins at the end", 10, 1],
      ["has no bytes", 3, 0],
      ["begins before the first byte", -1, 2],
    ])("fails when a range %s", async (_, offset, bytes) => {
      const { key, versionId } = await repository.putOnce(`range/${offset}+${bytes}`, "0123456789", options);
      for (const version of [versionId, undefined]) {
        expect((await rejectionOf(repository.read(key, version, { offset, bytes }))).kind).toBe("refused");
      }
    });

    it("fails as notFound on a range of a missing key", async () => {
      const error = await rejectionOf(repository.read("missing", undefined, { offset: 0, bytes: 1 }));
      expect(error.kind).toBe("notFound");
    });

    it("fails when an object that can be read at once is to be rehydrated, and leaves it as it was", async () => {
      const { key, versionId } = await repository.putOnce("warm", "x", options);
      // How it is refused is the server's: some have no archive classes at all.
      await rejectionOf(repository.rehydrate(key, versionId, { retrieval: "standard", days: 1 }));
      expect((await repository.head(key, versionId)).thaw).toBeUndefined();
      expect(await text(repository, key, versionId)).toBe("x");
    });

    it("fails as notFound on a missing key or version", async () => {
      expect((await rejectionOf(repository.head("missing"))).kind).toBe("notFound");
      expect((await rejectionOf(repository.read("missing"))).kind).toBe("notFound");
    });
  });
}
