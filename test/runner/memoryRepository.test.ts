import { repositoryConformance } from "../conformance/repository";
import { memory } from "./fixtures";

repositoryConformance("memory", memory, (key, repository) => repository.addVersion(key));
