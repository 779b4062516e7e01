/** What the recipes of examples/ci say, read as GitHub and GitLab read them. */
import { createRequire } from "node:module";
import path from "node:path";
import { ROOT, textOf } from "../tree";

const yaml = createRequire(path.join(ROOT, "_"))("js-yaml") as { load(text: string): any };

/** One command that the CI hands to its shell. */
export interface Step {
  script: string;
  /** Runs after a failure as well. */
  isAlways: boolean;
}

export interface Recipe {
  /** The job's environment as written. */
  environment: Record<string, string>;
  steps: Step[];
  /** All that the file says, parsed. */
  whole: any;
}

/** Of each recipe its one job. Steps of a GitLab job share a shell, as they do there. */
export function recipes(): Record<"github" | "gitlab", Recipe> {
  const github = yaml.load(textOf("examples/ci/github-actions.yml"));
  const gitlab = yaml.load(textOf("examples/ci/gitlab-ci.yml"));
  const { env, steps } = github.jobs.preview;
  const { variables, before_script: before, script, after_script: after } = gitlab.policies;
  return {
    github: {
      environment: env,
      steps: steps
        .filter((step: any) => step.run !== undefined)
        .map((step: any) => ({ script: step.run, isAlways: step.if === "always()" })),
      whole: github,
    },
    gitlab: {
      environment: variables,
      steps: [
        { script: [...before, ...script].join("\n"), isAlways: false },
        { script: after.join("\n"), isAlways: true },
      ],
      whole: gitlab,
    },
  };
}
