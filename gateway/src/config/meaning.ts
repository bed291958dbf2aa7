/** How a table of meanings is written. */

/**
 * What a key means, in Markdown as the reference page shows it: links as seen from `docs/reference`, other keys in
 * backticks under their whole names, so that the tables of variables can name their variables in place of them.
 */
export type Meaning =
  | string
  | {
      readonly meaning: string
      /** What holds where nobody says anything, for what is not among the built-in defaults. */
      readonly otherwise: string
    }

export type Meanings = Readonly<Record<string, Meaning>>

/** The same without marks and links, for editors and terminals. */
export function plainText(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)\s]+\)/g, '$1').replaceAll('`', '')
}
