import { setTimeout as wait } from "node:timers/promises";
import type { PostDependencies } from "./post";

/** The real network, clock and chance. */
export const systemPost: Omit<PostDependencies, "signal"> = {
  fetch: (...request) => fetch(...request),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, { signal });
  },
  random: Math.random,
  clock: () => new Date(),
};
