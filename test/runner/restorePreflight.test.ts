import { parseRecoveryPointId } from "../../runner/contract";
import type { ObjectHead } from "../../runner/repository/repository";
import { checkObjects } from "../../runner/restorePreflight";
import { ClockedRepository, commitPoint, failureOf } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";

/** A repository whose objects are said to be in an archive class. */
class ArchiveRepository extends ClockedRepository {
  said: Partial<ObjectHead> = {};
  override async head(key: string, versionId?: string) {
    return { ...(await super.head(key, versionId)), ...this.said };
  }
}

async function check(said: Partial<ObjectHead>) {
  const repository = new ArchiveRepository({ bucket: "primary", now: () => parseRecoveryPointId(ID)!.takenAt });
  repository.said = said;
  const manifest = await commitPoint(repository, ID);
  return { object: manifest.objects[0]!, checking: checkObjects(repository, manifest.objects) };
}

describe("data in an archive class", () => {
  it("fails when nobody has asked for it, with the command that does", async () => {
    const { object, checking } = await check({ storageClass: "DEEP_ARCHIVE" });
    expect((await failureOf(checking)).message).toBe(
      `restore preflight: ${object.key} version ${object.versionId} is in storage class DEEP_ARCHIVE; ask for it with aws s3api restore-object --region eu-central-1 --bucket primary --key ${object.key} --version-id ${object.versionId} --restore-request Days=7, then restore again when it is there`,
    );
  });

  it("fails while it is on its way", async () => {
    const { object, checking } = await check({ storageClass: "GLACIER", thaw: "ongoing" });
    expect((await failureOf(checking)).message).toBe(
      `restore preflight: ${object.key} version ${object.versionId} is on its way out of storage class GLACIER; restore again when it is there`,
    );
  });

  it("is taken once a readable copy is there, although S3 still names the archive class", async () => {
    await (
      await check({ storageClass: "GLACIER", thaw: "done" })
    ).checking;
  });

  it("is taken from a class that is read at once", async () => {
    await (
      await check({ storageClass: "GLACIER_IR" })
    ).checking;
  });
});
