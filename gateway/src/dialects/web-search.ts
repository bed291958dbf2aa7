/** What all languages' spellings of a web search have in common, both ways (pitfall 221). */

import {
  arrayOf,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  type NoteSink,
  numberOf,
  objectOf,
  type SearchPlace,
  stringOf,
  type Tool,
  type WebSearch,
} from '#core'
import type { Lack } from './provider-tools.ts'

const PLACE = ['city', 'region', 'country', 'timezone'] as const

/** A domain list that is empty binds nobody; a lone name is a list of one. */
function sitesIn(list: JsonValue | undefined): readonly string[] | undefined {
  const sites = (typeof list === 'string' ? [list] : (arrayOf(list) ?? [])).filter(
    (site) => typeof site === 'string',
  )
  return sites.length === 0 ? undefined : sites
}

function placeIn(value: JsonValue | undefined): SearchPlace | undefined {
  const place = objectOf(value)
  if (place === undefined) return undefined
  const known = PLACE.flatMap((field) => {
    const said = stringOf(place[field])
    return said === undefined ? [] : [[field, said] as const]
  })
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

export interface SearchWords {
  readonly allowed?: JsonValue | undefined
  readonly blocked?: JsonValue | undefined
  readonly offline?: boolean
  readonly maxUses?: JsonValue | undefined
  readonly place?: JsonValue | undefined
  readonly contextSize?: JsonValue | undefined
}

/** `known`: the fields that `words` were read from, and those that say nothing of the search itself. */
export function searchOf(wire: JsonObject, words: SearchWords, known: ReadonlySet<string>): WebSearch {
  const allowed = sitesIn(words.allowed)
  const blocked = sitesIn(words.blocked)
  const maxUses = numberOf(words.maxUses)
  const place = placeIn(words.place)
  const contextSize = stringOf(words.contextSize)
  const others = Object.keys(wire).filter((key) => wire[key] !== null && !known.has(key))
  return {
    ...(allowed === undefined ? {} : { allowed }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(words.offline === true ? { offline: true } : {}),
    ...(maxUses === undefined ? {} : { maxUses }),
    ...(place === undefined ? {} : { place }),
    ...(contextSize === undefined ? {} : { contextSize }),
    ...(others.length === 0 ? {} : { others }),
  }
}

export function locationOf({ place }: WebSearch): JsonDraft | undefined {
  return place === undefined ? undefined : { type: 'approximate', ...place }
}

const BOUNDS = { allowed: 'allowed_domains', blocked: 'blocked_domains', offline: 'offline' } as const

/** The first bound that a language has no words for: without it the search would go where it must not. */
export function unboundIn(search: WebSearch, kept: readonly (keyof typeof BOUNDS)[]): Lack | undefined {
  for (const bound of ['allowed', 'blocked', 'offline'] as const) {
    if (search[bound] === undefined || kept.includes(bound)) continue
    return { within: BOUNDS[bound], reason: 'a web search cannot be held to it there' }
  }
  return undefined
}

const WISHES = { maxUses: 'max_uses', place: 'user_location', contextSize: 'search_context_size' } as const

/** What was asked of the search and binds nobody, where it has no place. */
export function noteWishes(
  { name, search = {} }: Tool,
  kept: readonly (keyof typeof WISHES)[],
  note: NoteSink,
): void {
  const lost = (['maxUses', 'place', 'contextSize'] as const).filter(
    (wish) => search[wish] !== undefined && !kept.includes(wish),
  )
  for (const field of [...lost.map((wish) => WISHES[wish]), ...(search.others ?? [])])
    note({ kind: 'dropped', field: `tools.${name}.${field}`, reason: 'its web search has no such setting' })
}
