/**
 * Price table of the cost estimate: on-demand list prices in USD, without free tiers, volume discounts or taxes. Prices change; each
 * block says where its figures were published and of what day they are. docs/cost.md says how well each one is established.
 */

/** S3 storage classes that data may be in. The values are S3's own. */
export const STORAGE_CLASSES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const;
/** One of S3's storage classes. */
export type CostStorageClass = (typeof STORAGE_CLASSES)[number];

/** USD of one storage class in one region. */
export interface StoragePrices {
  /** A GiB for a month. S3 writes GB and means 2^30 bytes. */
  gibMonth: number;
  /** A thousand lifecycle transitions into it. */
  transitionsPer1000: number;
}

/** USD of Fargate on Linux. */
export interface FargatePrices {
  vcpuHour: number;
  /** A GiB of memory for an hour. */
  gibHour: number;
}

/** USD in one region. */
export interface RegionPrices {
  storage: Readonly<Record<CostStorageClass, StoragePrices>>;
  /** A thousand PUT, COPY, POST or LIST requests to STANDARD. */
  putsPer1000: number;
  /** A thousand GET, HEAD and all other requests. */
  getsPer1000: number;
  /** A GiB sent to another region. */
  transferGiB: number;
  fargate: { ARM64: FargatePrices; X86_64: FargatePrices };
}

/** Day of the S3 prices; docs/cost.md has the others. */
export const PRICES_AS_OF = "2024-09-25";

/**
 * S3 storage, requests and transitions: the data behind https://aws.amazon.com/s3/pricing/
 * (b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/s3/USD/current/), as read on 2024-09-25 and published in
 * https://github.com/StephenWetzel/aws_s3_pricing_scraper/tree/a83df26c9e7b13a1ddd338597d40882f9866606e/outputs
 * Fargate: https://aws.amazon.com/fargate/pricing/ and the AmazonECS price list behind it (us-east-1 2026-08-28, eu-central-1 2026-10-09).
 * Transfer to another region: https://repost.aws/articles/ARjzluyMS8RbeOOK4MGXRG6Q (2026-01); the few cheaper pairs are not modelled.
 */
const REGIONS: Readonly<Record<string, RegionPrices>> = {
  "us-east-1": {
    storage: {
      STANDARD: { gibMonth: 0.023, transitionsPer1000: 0 },
      STANDARD_IA: { gibMonth: 0.0125, transitionsPer1000: 0.01 },
      GLACIER_IR: { gibMonth: 0.004, transitionsPer1000: 0.02 },
      GLACIER: { gibMonth: 0.0036, transitionsPer1000: 0.03 },
      DEEP_ARCHIVE: { gibMonth: 0.00099, transitionsPer1000: 0.05 },
    },
    putsPer1000: 0.005,
    getsPer1000: 0.0004,
    transferGiB: 0.02,
    fargate: {
      ARM64: { vcpuHour: 0.03238, gibHour: 0.00356 },
      X86_64: { vcpuHour: 0.04048, gibHour: 0.004445 },
    },
  },
  "eu-west-1": {
    storage: {
      STANDARD: { gibMonth: 0.023, transitionsPer1000: 0 },
      STANDARD_IA: { gibMonth: 0.0125, transitionsPer1000: 0.01 },
      GLACIER_IR: { gibMonth: 0.004, transitionsPer1000: 0.02 },
      GLACIER: { gibMonth: 0.0036, transitionsPer1000: 0.033 },
      DEEP_ARCHIVE: { gibMonth: 0.00099, transitionsPer1000: 0.055 },
    },
    putsPer1000: 0.005,
    getsPer1000: 0.0004,
    transferGiB: 0.02,
    fargate: {
      ARM64: { vcpuHour: 0.03238, gibHour: 0.00356 },
      X86_64: { vcpuHour: 0.04048, gibHour: 0.004445 },
    },
  },
  "eu-central-1": {
    storage: {
      STANDARD: { gibMonth: 0.0245, transitionsPer1000: 0 },
      STANDARD_IA: { gibMonth: 0.0135, transitionsPer1000: 0.01 },
      GLACIER_IR: { gibMonth: 0.005, transitionsPer1000: 0.02 },
      GLACIER: { gibMonth: 0.00405, transitionsPer1000: 0.036 },
      DEEP_ARCHIVE: { gibMonth: 0.0018, transitionsPer1000: 0.06 },
    },
    putsPer1000: 0.0054,
    getsPer1000: 0.00043,
    transferGiB: 0.02,
    fargate: {
      ARM64: { vcpuHour: 0.03725, gibHour: 0.00409 },
      X86_64: { vcpuHour: 0.04656, gibHour: 0.00511 },
    },
  },
};

/** Regions of the table. */
export const PRICED_REGIONS: readonly string[] = Object.keys(REGIONS);

/** What a region outside of the table is priced as: the dearest one in it. */
export const FALLBACK_REGION = "eu-central-1";

/** USD of what costs the same in every region of the table. */
export const GLOBAL_PRICES = {
  /** A GiB replicated under Replication Time Control, on top of the transfer. @see https://aws.amazon.com/s3/pricing/ */
  replicationTimeControlGiB: 0.015,
  /** A GiB of a task's disk beyond 20, for an hour, in eu-central-1; taken to be the same in the others. @see https://aws.amazon.com/fargate/pricing/ */
  fargateDiskGibHour: 0.000127,
  /** A customer managed key for a month, and as much again for each of its first two rotations. @see https://aws.amazon.com/kms/pricing/ */
  kmsKeyMonth: 1,
  /** Ten thousand requests to a symmetric key. @see https://aws.amazon.com/kms/pricing/ */
  kmsRequestsPer10000: 0.03,
  /** A GB-second on ARM, and a million requests. @see https://aws.amazon.com/lambda/pricing/ */
  lambdaGibSecond: 0.0000133334,
  lambdaRequestsPer1000000: 0.2,
  /** A thousand state transitions of a standard workflow. @see https://aws.amazon.com/step-functions/pricing/ */
  stateTransitionsPer1000: 0.025,
  /** A standard-resolution alarm, a custom metric (of the first 10,000) and a dashboard for a month. @see https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
} as const;

/** Whole days that a class bills at least, from when an object enters it. @see https://aws.amazon.com/s3/pricing/ */
export const MINIMUM_DAYS: Readonly<Record<CostStorageClass, number>> = {
  STANDARD: 0,
  STANDARD_IA: 30,
  GLACIER_IR: 90,
  GLACIER: 90,
  DEEP_ARCHIVE: 180,
};

/**
 * KiB billed on top of each archived object: its index at STANDARD's price, and metadata at the archive's.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export const ARCHIVE_OVERHEAD_KIB = { standard: 8, archive: 32 } as const;

/** Prices of a region, and the region whose they are: its own, or `FALLBACK_REGION` where the table does not have it. */
export function pricesOf(region: string): { prices: RegionPrices; pricedAs: string } {
  const pricedAs = Object.hasOwn(REGIONS, region) ? region : FALLBACK_REGION;
  return { prices: REGIONS[pricedAs]!, pricedAs };
}
