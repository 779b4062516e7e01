/** Small programs for the engine's tests, most of them to be refused; `program({ name })` runs one. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export const REPLICA_REGION = "eu-west-1";

class ForeignTable extends pulumi.CustomResource {
  constructor(name: string) {
    super("aws:dynamodb/table:Table", name, { hashKey: "id" });
  }
}

const cases = {
  unknownType: () => void new ForeignTable("locks"),
  unknownInvoke: async () => ({ zones: await aws.getAvailabilityZones() }),
  refusedArgument: () => void new aws.cloudwatch.LogGroup("logs", { retentionInDays: 31 }),
  forgottenRegion: () => {
    const bucket = new aws.s3.Bucket("far", { region: REPLICA_REGION });
    new aws.s3.BucketVersioning("far", { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } });
  },
  namedBucket: ({ bucket }: { bucket?: string }) => void new aws.s3.Bucket("data", { bucket }),
  protectedBucket: () => void new aws.s3.Bucket("kept", {}, { protect: true }),
  lockedBucket: () => {
    const bucket = new aws.s3.Bucket("full", { objectLockEnabled: true, forceDestroy: true });
    return { name: bucket.bucket };
  },
  twoProviders: () => {
    const far = new aws.Provider("far", { region: REPLICA_REGION, defaultTags: { tags: { team: "data" } } });
    const bucket = new aws.s3.Bucket("far", { tags: { side: "replica" } }, { provider: far });
    const where = aws.getRegionOutput({}, { provider: far }).region;
    return { name: bucket.bucket, region: bucket.region, tags: bucket.tagsAll, where };
  },
  providerSetting: () => {
    const odd = new aws.Provider("odd", { region: REPLICA_REGION, profile: "someone" });
    new aws.s3.Bucket("data", {}, { provider: odd });
  },
};

export type CaseName = keyof typeof cases;

export const program = (args: { name: CaseName; bucket?: string }): unknown => cases[args.name](args);
