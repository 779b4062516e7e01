import { existsSync } from "node:fs";
import path from "node:path";
import { projectFiles, ROOT, textOf } from "./tree";

const pages = projectFiles().filter((file) => file.endsWith(".md") && existsSync(path.join(ROOT, file)));

/** The anchor that a heading gets: lower case, without punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replace(/ /g, "-");

/** Links of a page that lead nowhere: to a file or a heading that is not there. Addresses on the web are not asked. */
function broken(page: string, text: string): string[] {
  const links = [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? page : path.posix.join(path.posix.dirname(page), file);
      if (target !== page && !existsSync(path.join(ROOT, target))) return true;
      if (anchor === undefined) return false;
      const content = target === page ? text : textOf(target);
      return ![...content.matchAll(/^#+ (.+)$/gm)].some((match) => anchorOf(match[1]!) === anchor);
    });
}

describe("links in the documents", () => {
  it.each(pages)("lead somewhere: %s", (page) => {
    expect(broken(page, textOf(page))).toEqual([]);
  });

  it("are all found, and those that lead nowhere told from the others", () => {
    expect(pages).toEqual(expect.arrayContaining(["README.md", "docs/image.md"]));
    const text =
      "# A heading, here\n[a](image.md) [b](gone.md) [c](#a-heading-here) [d](#gone) [e](image.md#codebuild) " +
      "[f](image.md#gone) [g](https://example.com/gone) [h](../examples/yaml) [i](../examples/gone)";
    expect(broken("docs/page.md", text)).toEqual(["gone.md", "#gone", "image.md#gone", "../examples/gone"]);
  });
});
