/** Fields that only one dialect knows. They ride along under its name and are written back to that dialect alone. */

import type { JsonDraft, JsonObject } from './json.ts'

export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock' | 'ollama'

export type Extras = Readonly<Partial<Record<DialectName, JsonObject>>>

export interface WithExtras {
  readonly extras?: Extras
}

/**
 * Collects what a decoder did not consume. Spread the result into the neutral object:
 * `{ ...known, ...extrasOf('anthropic', wire, KNOWN) }`.
 */
export function extrasOf(dialect: DialectName, wire: JsonObject, known: ReadonlySet<string>): WithExtras {
  let rest: JsonDraft | undefined
  for (const key in wire) {
    const value = wire[key]
    if (known.has(key) || value === undefined) continue
    rest ??= {}
    rest[key] = value
  }
  return rest === undefined ? {} : { extras: { [dialect]: rest } }
}
