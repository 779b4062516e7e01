import pino, { type Logger } from "pino";

/** JSON lines on stderr; stdout is left to results. Connection settings never reach it, and these paths are a second line. */
export function createLogger(level = "info"): Logger {
  return pino(
    { level, base: undefined, redact: ["password", "*.password", "env", "*.env", "headers", "*.headers"] },
    pino.destination({ dest: 2, sync: true }),
  );
}
