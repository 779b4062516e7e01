// The stand-in provider as a process of its own: prints its port, lives as long as whoever started it.
import { startProvider } from "./server";

startProvider().then(
  ({ port, stop }) => {
    process.stdout.write(`${port}\n`);
    // Standard input closes when the parent goes, however it goes: no provider outlives its run.
    process.stdin.on("end", () => {
      stop();
      process.exit(0);
    });
    process.stdin.resume();
  },
  (error: unknown) => {
    process.stderr.write(`stand-in provider: cannot listen: ${String(error)}\n`);
    process.exit(1);
  },
);
