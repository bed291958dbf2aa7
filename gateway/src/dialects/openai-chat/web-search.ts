/** How a chat asks its server to search the web, both ways: a field of the request, or OpenRouter's tool. */

import {
  isObject,
  type JsonDraft,
  type JsonObject,
  objectOf,
  stringOf,
  type Tool,
  type WebSearch,
} from '#core'
import type { EncodeContext } from '../dialect.ts'
import { type LackOf, UNSTOPPED } from '../provider-tools.ts'
import { locationOf, noteWishes, searchOf, unboundIn } from '../web-search.ts'
import { compact, fieldSet } from './extra-fields.ts'

export const FIELD = 'web_search_options'
const TOOL = 'openrouter:web_search'

const OPTIONS = fieldSet('search_context_size user_location')
const PARAMETERS = fieldSet('allowed_domains excluded_domains max_uses search_context_size user_location')

/** The tool that the field stands for. */
export function decodeOptions(wire: JsonObject): Tool[] {
  const options = wire[FIELD]
  if (!isObject(options)) return []
  const { search_context_size: contextSize, user_location: place } = options
  const words = { contextSize, place: objectOf(place)?.['approximate'] ?? place }
  return [
    {
      type: 'function',
      name: 'web_search',
      native: { type: 'native', dialect: 'openai-chat', value: { [FIELD]: options } },
      search: searchOf(options, words, OPTIONS),
    },
  ]
}

/** Undefined for every other tool. */
export function decodeSearch(tool: JsonObject): WebSearch | undefined {
  if (stringOf(tool['type']) !== TOOL) return undefined
  const parameters = objectOf(tool['parameters']) ?? {}
  const words = {
    allowed: parameters['allowed_domains'],
    blocked: parameters['excluded_domains'],
    maxUses: parameters['max_uses'],
    place: parameters['user_location'],
    contextSize: parameters['search_context_size'],
  }
  return searchOf(parameters, words, PARAMETERS)
}

export function lackOf({ traits }: EncodeContext): LackOf {
  return (search, functions, choice) => {
    if (traits.webSearch === 'tool') return unboundIn(search, ['allowed', 'blocked'])
    if (traits.webSearch !== 'options')
      return { reason: 'this model has no web search that could be asked for' }
    if (functions.size > 0) return { reason: 'its web search goes with no functions' }
    return choice?.type === 'none' ? UNSTOPPED : unboundIn(search, [])
  }
}

/** A tool, or the field; what a client of this dialect said goes as it came. */
export function encodeSearch(tool: Tool, search: WebSearch, { traits, note }: EncodeContext): JsonDraft {
  const { allowed, blocked, maxUses, contextSize, place } = search
  if (traits.webSearch === 'tool') {
    noteWishes(tool, ['maxUses', 'place', 'contextSize'], note)
    const parameters = compact({
      max_uses: maxUses,
      search_context_size: contextSize,
      allowed_domains: allowed,
      excluded_domains: blocked,
      user_location: locationOf(search),
    })
    return { type: TOOL, ...(Object.keys(parameters).length === 0 ? {} : { parameters }) }
  }
  noteWishes(tool, ['place', 'contextSize'], note)
  return {
    [FIELD]: compact({
      search_context_size: contextSize,
      user_location: place === undefined ? undefined : { type: 'approximate', approximate: place },
    }),
  }
}
