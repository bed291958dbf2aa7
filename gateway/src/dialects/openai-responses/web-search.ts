/** The search that servers of this dialect run, both ways (pitfall 221). */

import { type JsonDraft, type JsonObject, objectOf, stringOf, type Tool, type WebSearch } from '#core'
import type { EncodeContext } from '../dialect.ts'
import type { Lack } from '../provider-tools.ts'
import { locationOf, noteWishes, searchOf, unboundIn } from '../web-search.ts'
import { compact, fieldSet } from './extra-fields.ts'

export const SEARCH = 'web_search'

const KNOWN = fieldSet('type filters user_location search_context_size external_web_access')
const FILTERS = fieldSet('allowed_domains excluded_domains blocked_domains')

/** Undefined for every other tool. */
export function decodeSearch(wire: JsonObject): WebSearch | undefined {
  if (!/^web_search(?:_preview)?(?:_20\d\d_\d\d_\d\d)?$/.test(stringOf(wire['type']) ?? '')) return undefined
  const filters = objectOf(wire['filters'])
  const words = {
    allowed: filters?.['allowed_domains'],
    // The first is xAI's word.
    blocked: [filters?.['excluded_domains'] ?? [], filters?.['blocked_domains'] ?? []].flat(),
    offline: wire['external_web_access'] === false,
    place: wire['user_location'],
    contextSize: wire['search_context_size'],
  }
  const strange = Object.entries(filters ?? {})
    .filter(([filter]) => !FILTERS.has(filter))
    .map(([filter, value]) => [`filters.${filter}`, value] as const)
  return searchOf({ ...wire, ...Object.fromEntries(strange) }, words, KNOWN)
}

export function lackOf(search: WebSearch): Lack | undefined {
  return unboundIn(search, ['allowed', 'offline'])
}

export function encodeSearch(tool: Tool, search: WebSearch, { note }: EncodeContext): JsonDraft {
  noteWishes(tool, ['place', 'contextSize'], note)
  const { allowed, contextSize, offline } = search
  return {
    type: SEARCH,
    ...compact({
      filters: allowed === undefined ? undefined : { allowed_domains: allowed },
      user_location: locationOf(search),
      search_context_size: contextSize,
      external_web_access: offline === true ? false : undefined,
    }),
  }
}
