import fs from "node:fs";
import path from "node:path";
import { bundlePath } from "../../components/internal/bundlePath";
import { messageOf } from "./fixtures";

describe("bundlePath", () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ["run from source", path.join("..", "..", "dist", "bundles")],
    ["compiled", path.join("..", "..", "bundles")],
  ])("finds a bundle when the library is %s", (_, dir) => {
    const wanted = path.resolve(__dirname, "..", "..", "components", "internal", dir, "plan", "index.js");
    jest.spyOn(fs, "existsSync").mockImplementation((file) => file === wanted);
    expect(bundlePath("plan")).toBe(wanted);
  });

  it("fails when the bundle was not built", () => {
    jest.spyOn(fs, "existsSync").mockReturnValue(false);
    expect(messageOf(() => bundlePath("plan"))).toMatch(
      /^bundle "plan": .*dist\/bundles\/plan\/index\.js does not exist; run "npm run build" first$/,
    );
  });
});
