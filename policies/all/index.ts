import { createPack } from "../createPack";

createPack({ all: "mandatory" }, { name: "backup321-all" });
