/** Reports what Ollama cannot say, each thing once per request however often it stands there. */

import type { Extras, Note, NoteSink } from '#core'

export function onceEach(note: NoteSink): NoteSink {
  const told = new Set<string>()
  return (loss) => {
    const key = `${loss.kind} ${loss.field}`
    if (told.has(key)) return
    told.add(key)
    note(loss)
  }
}

/** A note for a thing with no place in Ollama's language. */
export function noPlace(field: string): Note {
  return { kind: 'dropped', field, reason: 'Ollama has no place for it' }
}

/** Fields of other dialects stay behind. */
export function noteForeign(extras: Extras | undefined, place: string, note: NoteSink): void {
  for (const [dialect, fields] of Object.entries(extras ?? {})) {
    if (dialect === 'ollama') continue
    for (const field of Object.keys(fields)) {
      // A codec's own marks of how something was spelled are no loss.
      if (!field.startsWith('~'))
        note({ kind: 'dropped', field: place + field, reason: `only ${dialect} knows it` })
    }
  }
}
