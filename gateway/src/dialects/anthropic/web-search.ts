/** The search that servers of this dialect run, both ways. */

import { type JsonDraft, type JsonObject, stringOf, type Tool, type WebSearch } from '#core'
import type { EncodeContext } from '../dialect.ts'
import type { Lack } from '../provider-tools.ts'
import { locationOf, noteWishes, searchOf, unboundIn } from '../web-search.ts'
import { cacheControl } from './wire.ts'

/** It has no other name. */
export const SEARCH = 'web_search'

/** The version that every model has; later ones want a place to run code in. */
const TYPE = 'web_search_20250305'

const KNOWN: ReadonlySet<string> = new Set(
  'type name max_uses allowed_domains blocked_domains user_location cache_control defer_loading'.split(' '),
)

/** Undefined for every other tool. */
export function decodeSearch(wire: JsonObject): WebSearch | undefined {
  if (!/^web_search_20\d{6}$/.test(stringOf(wire['type']) ?? '')) return undefined
  const words = {
    allowed: wire['allowed_domains'],
    blocked: wire['blocked_domains'],
    maxUses: wire['max_uses'],
    place: wire['user_location'],
  }
  return searchOf(wire, words, KNOWN)
}

/** Sites that are allowed and sites that are not cannot be named together. */
export function lackOf(search: WebSearch, functions: ReadonlySet<string>): Lack | undefined {
  // Both would be called by the one name (pitfall 213).
  if (functions.has(SEARCH)) return { reason: 'a function of the client’s has its name' }
  return unboundIn(search, search.allowed === undefined ? ['blocked'] : ['allowed'])
}

export function encodeSearch(tool: Tool, search: WebSearch, { note }: EncodeContext): JsonDraft {
  noteWishes(tool, ['maxUses', 'place'], note)
  const { allowed, blocked, maxUses } = search
  const place = locationOf(search)
  return {
    type: TYPE,
    name: SEARCH,
    ...(maxUses === undefined ? {} : { max_uses: maxUses }),
    ...(allowed === undefined ? {} : { allowed_domains: allowed }),
    ...(blocked === undefined ? {} : { blocked_domains: blocked }),
    ...(place === undefined ? {} : { user_location: place }),
    ...cacheControl(tool.cache),
  }
}
