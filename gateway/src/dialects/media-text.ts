/** Media in words: documents that are text all along, and a line in place of what a model cannot be shown. */

import type { MediaPart } from '#core'

/** The words of a document whose bytes are text; undefined for any other. */
export function textIn({ kind, source }: MediaPart): string | undefined {
  if (source.type === 'text') return source.text
  if (kind !== 'document' || source.type !== 'base64' || !isText(source.mediaType)) return undefined
  try {
    const bytes = Uint8Array.from(atob(source.data), (letter) => letter.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function isText(mediaType: string): boolean {
  return /^(?:text\/|application\/(?:json|xml|x-?yaml|toml)\b)/i.test(mediaType)
}

export function titled(name: string | undefined, text: string): string {
  return name === undefined ? text : `${name}:\n${text}`
}

export function withheld({ kind, name }: MediaPart): string {
  return `[${kind}${name === undefined ? '' : ` "${name}"`} not shown: not supported here]`
}
