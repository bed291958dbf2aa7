/** Configuration blocks of the documents that Sluice is built from. They stand beside the checkout and may be missing. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ROOT = new URL('../../../shared/source-documents/', import.meta.url)

/** Says why a test that needs them is skipped. */
export const NO_DOCUMENTS =
  'the source documents (../shared/source-documents beside the checkout) are not here'

export const HAS_DOCUMENTS = existsSync(ROOT)

export interface DocumentBlock {
  /** What it stands under. */
  readonly heading: string
  readonly kind: string
  readonly text: string
}

/** The whole document whose name begins so; empty where it is not here. */
export function documentText(document: string): string {
  if (!HAS_DOCUMENTS) return ''
  const name = readdirSync(ROOT).find((file) => file.startsWith(document))
  return name === undefined ? '' : readFileSync(new URL(name, ROOT), 'utf8')
}

/** Code of these kinds, or of all, in the document whose name begins so. */
export function blocksOf(document: string, kinds?: readonly string[]): readonly DocumentBlock[] {
  const text = documentText(document)
  return [...text.matchAll(/^ *```(\w*)\n([^]*?)^ *```/gm)].flatMap((match) => {
    const [, kind = '', code = ''] = match
    const heading =
      [...text.slice(0, match.index).matchAll(/^ *(?:#+ |\*\*)(.+?)(?:\*\*.*)?$/gm)].at(-1)?.[1] ?? ''
    return kinds === undefined || kinds.includes(kind) ? [{ heading, kind, text: code }] : []
  })
}

/** What a piece of code is there for; undefined for one of which nobody has thought. */
export function purposeOf({ kind, text }: DocumentBlock): string | undefined {
  if (kind === 'mermaid') return 'drawing'
  if (kind === '') return 'printed by their program'
  if (kind === 'json') return text.includes('"failure_count"') ? 'answer' : 'file'
  if (/^\s*curl /m.test(text)) return 'requests'
  if (/^\s*(?:export )?[A-Z_]+=/m.test(text)) return 'variables'
  return /^\s*(?:pip|python) /m.test(text) ? 'their own commands' : undefined
}
