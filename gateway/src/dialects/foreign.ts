/** Fields that only another dialect knows: told, never silently lost. */

import type { ChatRequest, DialectName, MediaPart, NoteSink } from '#core'

/** `said`: what the writer has found a place for all the same. */
export function noteForeignFields(
  { extras = {}, toolChoice }: ChatRequest,
  own: DialectName,
  note: NoteSink,
  said: readonly string[] = [],
): void {
  const chosen = toolChoice !== undefined && 'allowed' in toolChoice
  for (const [dialect, fields] of Object.entries(extras)) {
    if (dialect === own) continue
    for (const field of Object.keys(fields)) {
      // A codec's own marks of how something was spelled are no loss; a choice was understood.
      if (field.startsWith('~') || said.includes(field) || (chosen && field === 'tool_choice')) continue
      note({ kind: 'dropped', field, reason: `only ${dialect} has this field` })
    }
  }
}

/** How closely pictures are to be looked at, where the language cannot say it. What nobody would miss is not told. */
export function noteDetail({ messages }: ChatRequest, note: NoteSink): void {
  const isTold = messages.some(({ parts }) =>
    parts.some((part) => (part.type === 'tool-result' ? part.content.some(asksDetail) : asksDetail(part))),
  )
  if (isTold) note({ kind: 'dropped', field: 'detail', reason: 'only OpenAI’s languages have it' })
}

function asksDetail(part: { readonly type: string } | MediaPart): boolean {
  return 'detail' in part && part.detail !== undefined && part.detail !== 'auto'
}
