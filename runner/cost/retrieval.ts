import { pricesOf } from "./prices";

/** USD of asking for one class at one speed. */
interface RetrievalPrices {
  gib: number;
  /** A thousand requests. */
  requestsPer1000: number;
  /** When the copy is usually there. */
  typically: string;
}

type Speeds = Readonly<Partial<Record<string, RetrievalPrices>>>;

const FLEXIBLE = { expedited: "1-5 minutes", standard: "3-5 hours", bulk: "5-12 hours" } as const;
const DEEP = { standard: "within 12 hours", bulk: "within 48 hours" } as const;

function flexible(gib: [number, number, number], requests: [number, number, number]): Speeds {
  return {
    expedited: { gib: gib[0], requestsPer1000: requests[0], typically: FLEXIBLE.expedited },
    standard: { gib: gib[1], requestsPer1000: requests[1], typically: FLEXIBLE.standard },
    bulk: { gib: gib[2], requestsPer1000: requests[2], typically: FLEXIBLE.bulk },
  };
}

function deep(gib: [number, number], requests: [number, number]): Speeds {
  return {
    standard: { gib: gib[0], requestsPer1000: requests[0], typically: DEEP.standard },
    bulk: { gib: gib[1], requestsPer1000: requests[1], typically: DEEP.bulk },
  };
}

/**
 * Retrieval by region, class and speed: the data behind https://aws.amazon.com/s3/pricing/ as read on 2024-09-25 (`PRICES_AS_OF`) and
 * published in https://github.com/StephenWetzel/aws_s3_pricing_scraper/tree/a83df26c9e7b13a1ddd338597d40882f9866606e/outputs
 * Times: https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
 */
const RETRIEVAL: Readonly<Record<string, Readonly<Record<string, Speeds>>>> = {
  "us-east-1": {
    GLACIER: flexible([0.03, 0.01, 0], [10, 0.05, 0]),
    DEEP_ARCHIVE: deep([0.02, 0.0025], [0.1, 0.025]),
  },
  "eu-west-1": {
    GLACIER: flexible([0.03, 0.01, 0], [11, 0.055, 0]),
    DEEP_ARCHIVE: deep([0.02, 0.003], [0.11, 0.025]),
  },
  "eu-central-1": {
    GLACIER: flexible([0.036, 0.012, 0], [12, 0.06, 0]),
    DEEP_ARCHIVE: deep([0.024, 0.005], [0.12, 0.03]),
  },
};

const BYTES_PER_GIB = 1024 ** 3;
const DAYS_PER_MONTH = 365 / 12;

/** What lies in one archive class. */
export interface ArchivedBytes {
  storageClass: string;
  objects: number;
  bytes: number;
}

/** What it costs to read archived objects, at list prices, and how long it takes. */
export interface RetrievalEstimate {
  /** USD of the retrieval and of the requests. */
  retrievalUsd: number;
  /** USD of the readable copies for as long as they stay; the archive itself goes on costing what it does. */
  copiesUsd: number;
  /** Usual time until everything can be read, of the slowest class. */
  typically: string;
  /** Region whose prices these are: its own, or the dearest of the table where it has none. */
  pricedAs: string;
}

/** Classes that must be asked for. */
export const ARCHIVE_CLASSES: readonly string[] = ["GLACIER", "DEEP_ARCHIVE"];

/**
 * What it costs to ask for archived objects.
 *
 * @param days how long the copies stay
 * @returns undefined where a class can't be asked for at this speed
 */
export function retrievalEstimate(
  region: string,
  retrieval: string,
  archived: readonly ArchivedBytes[],
  days: number,
): RetrievalEstimate | undefined {
  const { prices, pricedAs } = pricesOf(region);
  const estimate = { retrievalUsd: 0, copiesUsd: 0, typically: "at once", pricedAs };
  // GLACIER comes first: what DEEP_ARCHIVE takes at the same speed is never shorter.
  for (const storageClass of ARCHIVE_CLASSES) {
    const found = archived.filter((each) => each.storageClass === storageClass);
    if (found.length === 0) continue;
    const speed = RETRIEVAL[pricedAs]![storageClass]![retrieval];
    if (speed === undefined) return undefined;
    const gib = found.reduce((sum, { bytes }) => sum + bytes, 0) / BYTES_PER_GIB;
    const requests = found.reduce((sum, { objects }) => sum + objects, 0);
    estimate.retrievalUsd += gib * speed.gib + (requests / 1000) * speed.requestsPer1000;
    estimate.copiesUsd += gib * prices.storage.STANDARD.gibMonth * (days / DAYS_PER_MONTH);
    estimate.typically = speed.typically;
  }
  return estimate;
}
