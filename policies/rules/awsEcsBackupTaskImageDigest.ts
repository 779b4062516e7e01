import { backupWorkloadsOf } from "../backupWorkloads";
import { iso27001, type StackRule } from "../definition";
import { jsonValue } from "../jsonTexts";
import { at, listAt, UNKNOWN } from "../unknowns";

/**
 * Refuses images by tag in task definitions of a backup: a tag can be moved, and what it then names runs with the rights
 * to write backups and to read databases.
 *
 * Severity medium. Every container of the task is judged, since all share its role; see `BackupWorkloads` for which tasks
 * are a backup's. Functions from images are not judged: Lambda resolves a tag once, as it deploys. Containers, or an
 * image, that are not known are noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html
 */
export const awsEcsBackupTaskImageDigest: StackRule = {
  name: "aws-ecs-backup-task-image-digest",
  displayName: "Images of backup tasks are pinned by digest",
  description: "Every container of a task that writes backups must name its image by digest.",
  severity: "medium",
  framework: iso27001("A.8.19", "Installation of software on operational systems"),
  tags: ["SOC2-CC7.1", "SOC2-CC8.1"],
  remediationSteps:
    "Name the image as <repository>@sha256:<digest>; `docker buildx imagetools inspect <repository>:<tag>` prints the digest.",
  url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
  judges: ["ecsTaskDefinition"],
  judgeStack: (stack, verdict) => {
    const workloads = backupWorkloadsOf(stack);
    for (const task of stack.ofConcept("ecsTaskDefinition")) {
      if (!workloads.isOfBackup(task)) continue;
      const written = at(task.props, "containerDefinitions");
      const containers = jsonValue(written);
      if (containers === UNKNOWN) {
        verdict.unknown(
          task,
          `${task.label}: containerDefinitions is not known yet; its images are judged at the update.`,
        );
        continue;
      }
      const images = (listAt(containers) as readonly unknown[]).map((container) => ({
        name: jsonName(at(container, "name")),
        image: at(container, "image"),
      }));
      for (const { name, image } of images) {
        if (image === UNKNOWN) {
          verdict.unknown(
            task,
            `${task.label}: the image of container ${name} is not known yet; it is judged at the update.`,
          );
        } else if (!/@sha256:[0-9a-f]{64}$/.test(String(image))) {
          verdict.violation(
            task,
            `${task.label} writes backups: the image of container ${name} must end in @sha256:<digest>; pin it.`,
          );
        }
      }
    }
  },
};

function jsonName(name: unknown): string {
  return typeof name === "string" ? `"${name}"` : "without a name";
}
