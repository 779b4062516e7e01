/** What the doctor's function is told by what provisions it. Imports nothing; no I/O, no clock. */

/** File beside the doctor's bundle: JSON of a DoctorFile. A function's environment would end at 4 KB. */
export const DOCTOR_FILE = "doctor.json";

/** What the function can't look at from where it runs; its records say so. */
export interface UnseenCheck {
  /** Of the doctor's list of checks. */
  id: string;
  /** What is not looked at. */
  subject: string;
  /** One sentence: why, and who can. */
  why: string;
}

/** Content of the file. */
export interface DoctorFile {
  /** Settings of a stack, by the names of its outputs. */
  stack: Readonly<Record<string, unknown>>;
  unseen: readonly UnseenCheck[];
}
