import { imageSettings, runnerImage } from "../../bench/shared/image";

describe("how the image starts the runner, as benches read it", () => {
  it("gives what stands before the program, and every variable", () => {
    const dockerfile = 'FROM x\nENV A=1\n# ENV B=2\nENV C=3/4 D_=5\nENTRYPOINT ["node", "--flag=1", "/opt/x.js"]\n';
    expect(imageSettings(dockerfile)).toEqual({ nodeArgs: ["--flag=1"], env: { A: "1", C: "3/4", D_: "5" } });
  });

  it.each([
    ["a shell", "ENTRYPOINT node /opt/x.js\n"],
    ["another program", 'ENTRYPOINT ["sh", "/opt/x.sh"]\n'],
    ["no program", 'ENTRYPOINT ["node"]\n'],
  ])("refuses %s", (_, dockerfile) => expect(() => imageSettings(dockerfile)).toThrow("runner/Dockerfile starts"));

  it.each(['ENV A="1 2"', "ENV A=1 \\", "ENV A 1"])("refuses to read %j", (line) =>
    expect(() => imageSettings(`${line}\nENTRYPOINT ["node", "/opt/x.js"]\n`)).toThrow("runner/Dockerfile has ENV A"),
  );

  it("Node takes the image's arguments, and glibc's settings are among its variables", () => {
    const { nodeArgs, env } = runnerImage();
    expect(nodeArgs).toEqual(["--max-semi-space-size=1"]);
    expect(env).toMatchObject({ MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_ARENA_MAX: "1" });
  });
});
