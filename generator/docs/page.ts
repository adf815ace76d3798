const NOTE = '<!-- Written by `npm run docs` from the sources, which are the place to change it. -->'

/** One page of the documentation: its path under `docs/`, and its text. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** Puts a page together from its blocks; those that are undefined are left out. */
export function page(path: string, title: string, blocks: readonly (string | undefined)[]): Page {
  const present = [NOTE, `# ${title}`, ...blocks].filter((block) => block !== undefined)
  return { path, text: `${present.join('\n\n')}\n` }
}

/** A fenced block of code. */
export function fenced(language: string, code: string): string {
  return `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``
}

/** Blocks under a heading; nothing at all if every one of them is undefined. */
export function section(heading: string, ...blocks: readonly (string | undefined)[]): string | undefined {
  const present = blocks.filter((block) => block !== undefined)
  return present.length === 0 ? undefined : [`## ${heading}`, ...present].join('\n\n')
}
