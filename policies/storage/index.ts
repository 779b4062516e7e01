import { createPack } from "../createPack";
import { storageRules } from "../rules";

createPack({ all: "mandatory" }, { name: "backup321-storage", rules: storageRules });
