// The engine's messages accept only instances of the protobuf classes that the Pulumi SDK itself loads, which need not
// be the copy that an import from here would find.
import { createRequire } from "node:module";
import type * as empty from "google-protobuf/google/protobuf/empty_pb";
import type * as struct from "google-protobuf/google/protobuf/struct_pb";

const sdkRequire = createRequire(require.resolve("@pulumi/pulumi/package.json"));

export type Struct = struct.Struct;
export const { Struct } = sdkRequire("google-protobuf/google/protobuf/struct_pb") as typeof struct;
export const { Empty } = sdkRequire("google-protobuf/google/protobuf/empty_pb") as typeof empty;
