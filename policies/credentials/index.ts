import { createPack } from "../createPack";
import { credentialsRules } from "../rules";

createPack({ all: "mandatory" }, { name: "backup321-credentials", rules: credentialsRules });
