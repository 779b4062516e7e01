/** MiB of memory that Fargate offers for each number of CPU units: least, most, step. */
interface MemoryRange {
  least: number;
  most: number;
  step: number;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const MEMORY_OF_CPU: Readonly<Record<number, MemoryRange>> = Object.freeze({
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16384, step: 1024 },
  4096: { least: 8192, most: 30720, step: 1024 },
  8192: { least: 16384, most: 61440, step: 4096 },
  16384: { least: 32768, most: 122880, step: 8192 },
});

/** 256 CPU units are the one size without a constant step. */
const MEMORY_OF_256 = [512, 1024, 2048];

/** Problems of a Fargate task size; AWS would refuse it only when the task definition is registered. */
export function fargateSizeProblems(cpu: number, memoryMiB: number): string[] {
  if (cpu === 256) {
    return MEMORY_OF_256.includes(memoryMiB)
      ? []
      : [`memoryMiB for cpu 256 must be one of ${MEMORY_OF_256.join(", ")}, got ${memoryMiB}`];
  }
  const range = MEMORY_OF_CPU[cpu];
  if (!range) return [`cpu must be one of 256, ${Object.keys(MEMORY_OF_CPU).join(", ")}, got ${cpu}`];
  const { least, most, step } = range;
  if (Number.isInteger(memoryMiB) && memoryMiB >= least && memoryMiB <= most && (memoryMiB - least) % step === 0)
    return [];
  return [`memoryMiB for cpu ${cpu} must be from ${least} to ${most} in steps of ${step}, got ${memoryMiB}`];
}
