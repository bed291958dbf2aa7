/** Configuration blocks of the documents that Sluice is built from. They stand beside the checkout and may be missing. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ROOT = new URL('../../../shared/source-documents/', import.meta.url)

/** Says why a test that needs them is skipped. */
export const NO_DOCUMENTS =
  'the source documents (../shared/source-documents beside the checkout) are not here'

export const HAS_DOCUMENTS = existsSync(ROOT)

/** Code of these kinds in the document whose name begins so, with the heading it stands under. */
export function blocksOf(
  document: string,
  kinds: readonly string[],
): readonly { readonly heading: string; readonly kind: string; readonly text: string }[] {
  if (!HAS_DOCUMENTS) return []
  const name = readdirSync(ROOT).find((file) => file.startsWith(document))
  if (name === undefined) return []
  const text = readFileSync(new URL(name, ROOT), 'utf8')
  return [...text.matchAll(/^ *```(\w+)\n([^]*?)^ *```/gm)].flatMap((match) => {
    const [, kind = '', code = ''] = match
    const heading =
      [...text.slice(0, match.index).matchAll(/^ *(?:#+ |\*\*)(.+?)(?:\*\*.*)?$/gm)].at(-1)?.[1] ?? ''
    return kinds.includes(kind) ? [{ heading, kind, text: code }] : []
  })
}
