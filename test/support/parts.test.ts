import { requireProgram, spaceProblem } from "./parts";

describe("what a machine must have", () => {
  it("is refused when there is too little room, and let through when there is enough", () => {
    expect(spaceProblem("folder", 499.9, 500)).toBe(
      "folder has 499 MiB free, 500 are needed; make room, or name another folder in XDG_CACHE_HOME or TMPDIR",
    );
    expect(spaceProblem("folder", 500, 500)).toBeUndefined();
  });

  it("is refused when a program is missing, with the command that installs it, and let through when it is there", () => {
    expect(() => requireProgram("no-such-program-here", "--version", "apt install it")).toThrow(
      "no-such-program-here is missing; install it: apt install it",
    );
    expect(() => requireProgram("node", "--version", "")).not.toThrow();
  });
});
