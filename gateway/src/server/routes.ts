/** The routes table: model operations on the raw request, everything else by name for 405 and the banner. */

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
import { BEDROCK_PATHS_SHOWN, bedrockHandler } from './bedrock-routes.ts'
import { type ChatRoute, handleChat } from './chat.ts'
import { handleCount } from './count-tokens.ts'
import { handleExplain } from './explain.ts'
import { FORWARD_PATHS_SHOWN, forwardRoute } from './forward-routes.ts'
import { VERB_PATHS_SHOWN, verbHandler } from './gemini-routes.ts'
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
  ['/api/explain', handleExplain],
])

/** The handler of a POST to a model operation. */
export function modelHandler(path: string): RawHandler | undefined {
  return MODEL_ROUTES.get(path) ?? verbHandler(path) ?? bedrockHandler(path)
}

const OTHER_ROUTES: readonly (readonly [path: RegExp, methods: readonly string[], shown: string])[] = [
  [/^\/$/, ['GET', 'HEAD'], '/'],
  [/^\/health\/?$/, ['GET', 'HEAD'], '/health'],
  [/^\/health\/detailed$/, ['GET', 'HEAD'], '/health/detailed'],
  [/^\/health\/metrics$/, ['GET', 'HEAD'], '/health/metrics'],
  [/^\/health\/providers(?:\/[^/]+)?$/, ['GET', 'HEAD'], '/health/providers'],
  [/^\/test-connection$/, ['GET'], '/test-connection'],
  [/^\/v1\/models$/, ['GET', 'HEAD'], '/v1/models'],
  [/^\/v1\/models\/.+$/, ['GET', 'HEAD'], '/v1/models/{id}'],
  [/^\/v1beta\/models$/, ['GET', 'HEAD'], '/v1beta/models'],
  [/^\/v1beta\/models\/.+$/, ['GET', 'HEAD'], '/v1beta/models/{id}'],
  [/^\/v1\/aliases$/, ['GET', 'HEAD'], '/v1/aliases'],
  [/^\/top-models$/, ['GET', 'HEAD'], '/top-models'],
  [/^\/api\/providers\/models$/, ['GET', 'HEAD'], '/api/providers/models'],
  [/^\/api\/providers\/[^/]+\/models$/, ['GET', 'HEAD'], '/api/providers/{name}/models'],
  [/^\/api\/tags$/, ['GET', 'HEAD'], '/api/tags'],
  [/^\/api\/tags\/[^/]+$/, ['GET', 'HEAD'], '/api/tags/{provider}'],
  [/^\/api\/version$/, ['GET', 'HEAD'], '/api/version'],
  [/^\/api\/traces$/, ['GET', 'HEAD'], '/api/traces'],
  [/^\/api\/traces\/[^/]+$/, ['GET', 'HEAD'], '/api/traces/{id}'],
  [/^\/api\/show$/, ['POST'], '/api/show'],
  [/^\/api\/ps$/, ['GET', 'HEAD'], '/api/ps'],
  [/^\/api\/(?:create|copy|pull|push)$/, ['POST'], '/api/{create,copy,pull,push}'],
  [/^\/api\/delete$/, ['DELETE'], '/api/delete'],
  [/^\/api\/blobs\/[^/]+$/, ['HEAD', 'POST'], '/api/blobs/{digest}'],
]

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
    return OTHER_ROUTES.find(([pattern]) => pattern.test(path))?.[1] ?? []
  },
  paths: () => [
    ...MODEL_ROUTES.keys(),
    VERB_PATHS_SHOWN,
    BEDROCK_PATHS_SHOWN,
    ...FORWARD_PATHS_SHOWN,
    ...OTHER_ROUTES.map(([, , shown]) => shown),
  ],
}
