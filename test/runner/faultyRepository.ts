import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { type PartUpload, type PutOptions, RepositoryError } from "../../runner/repository/repository";
import { NOW } from "./fixtures";

/** Storage that misbehaves at one verb. */
export class FaultyRepository extends MemoryRepository {
  fault: {
    start?: RepositoryError;
    part?: number;
    /** This part and all later ones are never answered, until the upload is aborted. */
    stallFrom?: number;
    /** Undefined: this one succeeds. */
    complete?: (key: string) => RepositoryError | undefined;
    /** Of this one storage's answer never comes. */
    silentComplete?: string;
    abort?: RepositoryError;
    /** Storage's answer to an abort never comes. */
    silentAbort?: boolean;
    put?: RepositoryError;
    onPart?: (n: number) => void;
  } = {};
  /** Keys whose completion was asked for, in order. */
  readonly completed: string[] = [];
  override async startUpload(key: string, options: PutOptions): Promise<PartUpload> {
    if (this.fault.start) throw this.fault.start;
    let end = () => undefined as void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const upload = await super.startUpload(key, options);
    return {
      ...upload,
      uploadPart: async (number, bytes, sha256) => {
        this.fault.onPart?.(number);
        if (number === this.fault.part) {
          throw new RepositoryError(`upload part ${number} of`, key, "accessDenied", "AccessDenied: no (HTTP 403)");
        }
        if (number >= (this.fault.stallFrom ?? Infinity)) await ended;
        await upload.uploadPart(number, bytes, sha256);
      },
      abort: async () => {
        if (this.fault.abort) throw this.fault.abort;
        if (this.fault.silentAbort) await new Promise(() => undefined);
        await upload.abort();
        end();
      },
      complete: async () => {
        this.completed.push(key);
        const refusal = this.fault.complete?.(key);
        if (refusal) throw refusal;
        if (this.fault.silentComplete && key.endsWith(this.fault.silentComplete)) await new Promise(() => undefined);
        return upload.complete();
      },
    };
  }
  override async putOnce(key: string, body: string | Buffer, options: PutOptions) {
    if (this.fault.put) throw this.fault.put;
    return super.putOnce(key, body, options);
  }
}
export const faulty = (fault: FaultyRepository["fault"]) => {
  const repository = new FaultyRepository({ now: () => NOW });
  repository.fault = fault;
  return repository;
};
