import { readArguments } from "./arguments";

const GOOD = ["--i-accept-costs", "--region", "eu-central-1", "--replica-region", "eu-west-1"];

describe("the acceptance run on a real account", () => {
  it("starts when costs are accepted and both regions are named", () => {
    const wanted = { region: "eu-central-1", replicaRegion: "eu-west-1", json: false };
    expect(readArguments(GOOD)).toEqual(wanted);
    expect(readArguments([...GOOD, "--json"])).toEqual({ ...wanted, json: true });
  });

  it("fails when anything is missing, saying all of it at once", () => {
    expect(readArguments([])).toBe(
      `accept: --i-accept-costs is missing: buckets, keys and requests on a real account cost some cents
accept: --region is missing: where the primary is made
accept: --replica-region is missing: where the replica is made`,
    );
    expect(readArguments(GOOD.slice(1))).toMatch(/^accept: --i-accept-costs is missing: [^\n]+$/);
  });

  it("fails when both regions are one", () => {
    expect(readArguments([...GOOD.slice(0, 4), "eu-central-1"])).toBe(
      "accept: --replica-region must differ from --region, both are eu-central-1",
    );
  });

  it("fails when it knows an option not", () => {
    expect(readArguments([...GOOD, "--yes"])).toMatch(/^accept: Unknown option '--yes'/);
  });
});
