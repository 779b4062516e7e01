// Where Pulumi begins to read the components for its other languages: it wants their sources, from an index.ts beside PulumiPlugin.yaml.
export * from "./components";
