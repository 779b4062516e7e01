import { paint, takesColors } from "../../runner/cli/colors";
import { wrapped } from "../../runner/cli/format";

describe("colours", () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: "dumb" }, true, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, false],
  ])("with %j and a terminal: %s are %s", (env, isTerminal, expected) => {
    expect(takesColors(env, isTerminal)).toBe(expected);
  });

  it("are put around text only where they are taken", () => {
    expect(paint({ hasColors: true }, "bad", "FINDING")).toBe("\u001b[31mFINDING\u001b[0m");
    expect(paint({}, "bad", "FINDING")).toBe("FINDING");
  });
});

describe("long cells", () => {
  it("break at blanks, and in a word only where it is longer than a line", () => {
    expect(wrapped("one two three", 7)).toBe("one two\nthree");
    expect(wrapped("arn:aws:iam::role", 6)).toBe("arn:aw\ns:iam:\n:role");
    expect(wrapped("", 5)).toBe("");
  });
});
