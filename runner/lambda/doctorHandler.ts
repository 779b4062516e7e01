import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { randomBase32 } from "../cli/randomBase32";
import { awsClients } from "../doctor/clients";
import { examination } from "../doctor/examination";
import { runScheduledDoctor, scheduledDoctor, type ScheduledResult } from "../doctor/scheduledRun";
import { DOCTOR_FILE } from "../doctorContract";
import { createLogger } from "../logger";
import { S3Repository } from "../repository/s3Repository";

/** What Lambda tells of an invocation, as far as it is used. */
export interface InvocationContext {
  invokedFunctionArn?: string;
}

/**
 * Makes the handler that examines a stack and records what it found.
 * @param directory holds the file that names the stack's parts
 */
export function doctorHandler(
  directory: string,
): (event: unknown, context?: InvocationContext) => Promise<ScheduledResult> {
  const file = path.join(directory, DOCTOR_FILE);
  return async (_event, context) => {
    const doctor = scheduledDoctor(existsSync(file) ? readFileSync(file, "utf8") : undefined);
    const repository = new S3Repository(doctor.sides[0]!);
    const clients = awsClients(process.env);
    const logger = createLogger();
    try {
      return await runScheduledDoctor(
        {
          examine: (about) => examination({ ...about, clients }),
          repository,
          clock: () => new Date(),
          random: randomBase32,
          log: (result) => logger[result.verdict === "passed" ? "info" : "warn"](result),
        },
        doctor,
        context?.invokedFunctionArn ?? null,
      );
    } finally {
      repository.close();
    }
  };
}

/** Examines the stack that the file beside this code names. */
export const handler = doctorHandler(__dirname);
