import * as pulumi from "@pulumi/pulumi";

const PINNED = /@sha256:[0-9a-f]{64}$/;

/** Problem of an image that is known already; one that another resource makes is checked when it is made. */
export function imageProblems(image: pulumi.Input<string>): string[] {
  const isKnownLater = pulumi.Output.isInstance(image) || image instanceof Promise;
  if (isKnownLater || PINNED.test(image)) return [];
  return [
    `image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "${image}"; a tag can change under a backup`,
  ];
}

/**
 * The image, known only if it is pinned.
 *
 * @param label the component, as errors name it
 */
export function pinnedImage(label: string, image: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(image).apply((known) => {
    const [problem] = imageProblems(known);
    if (problem !== undefined) throw new pulumi.RunError(`${label}: ${problem}`);
    return known;
  });
}
