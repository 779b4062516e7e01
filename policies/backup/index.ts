import { createPack } from "../createPack";
import { backupRules } from "../rules";

createPack({ all: "mandatory" }, { name: "backup321-backup", rules: backupRules });
