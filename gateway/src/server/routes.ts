/** The routes table: model operations on the raw request, everything else by name for 405 and the banner. */

import { FORWARDED, type Method, OPERATIONS, pathPattern, shownPath } from '#api'
import type { EmbedOperation, Operation } from '#core'
import {
  anthropic,
  embedLoadAnswer,
  isEmbedLoad,
  isLoad,
  loadAnswer,
  ollama,
  openaiChat,
  openaiResponses,
} from '#dialects'
import { bedrockHandler } from './bedrock-routes.ts'
import { type ChatRoute, handleChat } from './chat.ts'
import { handleChatMulti } from './chat-multi.ts'
import { handleCount } from './count-tokens.ts'
import { handleExplain } from './explain.ts'
import { forwardRoute } from './forward-routes.ts'
import { verbHandler } from './gemini-routes.ts'
import type { RawHandler } from './raw-handler.ts'

const chat =
  (route: ChatRoute): RawHandler =>
  (house, request, response, id) =>
    handleChat(route, house, request, response, id)

const ollamaChat = (operation: Operation): RawHandler =>
  chat({
    dialect: ollama,
    operation,
    shortCut: (wire, house) =>
      isLoad(wire, operation) ? loadAnswer(wire, operation, house.clock.wall()) : undefined,
  })

const ollamaEmbed = (operation: EmbedOperation): RawHandler =>
  chat({
    dialect: ollama,
    operation,
    shortCut: (wire) => (isEmbedLoad(wire, operation) ? embedLoadAnswer(wire, operation) : undefined),
  })

const count: RawHandler = (house, request, response, id) =>
  handleCount({ dialect: anthropic }, house, request, response, id)

/** All of them POST. */
const MODEL_ROUTES: ReadonlyMap<string, RawHandler> = new Map([
  ['/v1/chat/completions', chat({ dialect: openaiChat, operation: 'chat' })],
  ['/v1/completions', chat({ dialect: openaiChat, operation: 'generate' })],
  ['/v1/responses', chat({ dialect: openaiResponses, operation: 'chat' })],
  ['/v1/embeddings', chat({ dialect: openaiChat, operation: 'embed' })],
  ['/v1/messages', chat({ dialect: anthropic, operation: 'chat' })],
  ['/v1/messages/count_tokens', count],
  ['/api/chat', ollamaChat('chat')],
  ['/api/generate', ollamaChat('generate')],
  ['/api/embed', ollamaEmbed('embed')],
  ['/api/embeddings', ollamaEmbed('embed-one')],
  ['/api/chat/multi', handleChatMulti],
  ['/api/explain', handleExplain],
])

/** The handler of a POST to a model operation. */
export function modelHandler(path: string): RawHandler | undefined {
  return MODEL_ROUTES.get(path) ?? verbHandler(path) ?? bedrockHandler(path)
}

/** Which of these are passed on is decided by more than a pattern. */
const FORWARDED_PATHS = new Set(FORWARDED.flatMap(({ paths }) => paths))

/** All other paths with what they take; of several that fit, one without places comes first. */
const TAKEN: readonly (readonly [pattern: RegExp, methods: readonly Method[]])[] = [
  ...Map.groupBy(OPERATIONS, ({ path }) => path),
]
  .filter(([path]) => !FORWARDED_PATHS.has(path))
  .toSorted(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
  .map(([path, operations]) => {
    const methods = operations.map(({ method }) => method)
    return [pathPattern(path), methods]
  })

export interface RouteTable {
  /** Methods a path takes; empty when there is no such path. */
  methods(path: string): readonly string[]
  /** For people. */
  paths(): string[]
}

export const ROUTES: RouteTable = {
  methods(path) {
    if (modelHandler(path) !== undefined) return ['POST']
    const forwarded = forwardRoute(path)
    if (forwarded !== undefined) return forwarded.methods
    const methods = TAKEN.find(([pattern]) => pattern.test(path))?.[1] ?? []
    // A HEAD is answered wherever nothing is paid for.
    return methods.includes('GET') && !PAID.has(path) ? [...methods, 'HEAD'] : methods
  },
  paths: () => [...new Set(OPERATIONS.map(({ path }) => shownPath(path)))],
}

const PAID: ReadonlySet<string> = new Set(['/test-connection'])
