/** Google's search as a tool of this dialect, both ways. */

import { isObject, type JsonDraft, type JsonValue, type Tool, type WebSearch } from '#core'
import type { EncodeContext } from '../dialect.ts'
import { type LackOf, UNSTOPPED } from '../provider-tools.ts'
import { noteWishes, searchOf, unboundIn } from '../web-search.ts'
import { camel, fieldSet } from './wire.ts'

const SEARCH = 'googleSearch'
const KNOWN = fieldSet('excludeDomains')

/** Undefined for every other tool; the older one is the same with another name. */
export function decodeSearch(name: string, value: JsonValue): WebSearch | undefined {
  if (name !== SEARCH && name !== 'googleSearchRetrieval') return undefined
  const wire = isObject(value) ? camel(value) : {}
  return searchOf(wire, { blocked: wire['excludeDomains'] }, KNOWN)
}

export function lackOf({ traits }: EncodeContext): LackOf {
  return (search, functions, choice) => {
    // The mode in which no function is called says nothing of it.
    if (choice?.type === 'none') return UNSTOPPED
    // Most models answer 400 to both, and what the others answer has to come back part by part.
    if (functions.size > 0) return { reason: 'its web search goes with no functions' }
    return unboundIn(search, traits.excludesSites === true ? ['blocked'] : [])
  }
}

export function encodeSearch(tool: Tool, { blocked }: WebSearch, { note }: EncodeContext): JsonDraft {
  noteWishes(tool, [], note)
  return { [SEARCH]: blocked === undefined ? {} : { excludeDomains: blocked } }
}
