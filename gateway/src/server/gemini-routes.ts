/** Gemini's paths, which name the model and then, behind a colon, what is asked of it. Its SDKs use several versions. */

import type { EmbedOperation } from '#core'
import { gemini } from '#dialects'
import { type ChatRoute, handleChat } from './chat.ts'
import { handleCount } from './count-tokens.ts'
import { queryValue } from './query.ts'
import type { RawHandler } from './raw-handler.ts'
import { decodedSegment } from './segment.ts'

/** The last colon parts the verb from the model, whose name may have colons and slashes of its own. */
const VERB_PATH =
  /^\/v1(?:alpha|beta)?\/models\/(.+):(generateContent|streamGenerateContent|countTokens|batchEmbedContents|embedContent)$/

const EMBEDS: ReadonlyMap<string | undefined, EmbedOperation> = new Map([
  ['batchEmbedContents', 'embed'],
  ['embedContent', 'embed-one'],
])

export function verbHandler(path: string): RawHandler | undefined {
  const [, segment, verb] = VERB_PATH.exec(path) ?? []
  if (segment === undefined) return undefined
  const model = decodedSegment(segment)
  if (verb === 'countTokens') {
    const address = { model, stream: false }
    return (house, request, response, id) =>
      handleCount({ dialect: gemini, address }, house, request, response, id)
  }
  const operation = EMBEDS.get(verb)
  if (operation !== undefined) {
    const route: ChatRoute = { dialect: gemini, operation, address: { model, stream: false } }
    return (house, request, response, id) => handleChat(route, house, request, response, id)
  }
  return (house, request, response, id) =>
    handleChat(chatRoute(model, verb === 'streamGenerateContent', request.url), house, request, response, id)
}

function chatRoute(model: string, stream: boolean, url: string | undefined): ChatRoute {
  return {
    dialect: gemini,
    operation: 'chat',
    address: { model, stream },
    // Only who asks for events gets events: a stream is else one long list.
    streamAs: queryValue(url, 'alt') === 'sse' ? 'frames' : 'list',
  }
}
