import { fargateSizeProblems } from "../../components/internal/runner/fargateSize";

describe("a Fargate size", () => {
  it.each([
    [256, 512],
    [256, 2048],
    [512, 1024],
    [1024, 8192],
    [2048, 16384],
    [4096, 30720],
    [8192, 20480],
    [16384, 122880],
  ])("of %i CPU units and %i MiB is offered", (cpu, memoryMiB) => {
    expect(fargateSizeProblems(cpu, memoryMiB)).toEqual([]);
  });

  it.each([
    [256, 4096, "memoryMiB for cpu 256 must be one of 512, 1024, 2048, got 4096"],
    [1024, 1024, "memoryMiB for cpu 1024 must be from 2048 to 8192 in steps of 1024, got 1024"],
    [1024, 9216, "memoryMiB for cpu 1024 must be from 2048 to 8192 in steps of 1024, got 9216"],
    [1024, 2500, "memoryMiB for cpu 1024 must be from 2048 to 8192 in steps of 1024, got 2500"],
    [8192, 17408, "memoryMiB for cpu 8192 must be from 16384 to 61440 in steps of 4096, got 17408"],
    [1000, 2048, "cpu must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got 1000"],
  ])("fails when it is %i CPU units and %i MiB", (cpu, memoryMiB, message) => {
    expect(fargateSizeProblems(cpu, memoryMiB)).toEqual([message]);
  });
});
