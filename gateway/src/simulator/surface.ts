/** Which dialect and operation a path asks for: read from its end, as providers mount their APIs under any prefix. */

import type { EmbedOperation } from '#core'
import type { Address, DIALECTS } from '#dialects'

export type SimulatedDialect = keyof typeof DIALECTS

export interface Surface {
  readonly dialect: SimulatedDialect
  readonly operation: SurfaceOperation
  /** The model named in the path, for `model`. */
  readonly model?: string
  /** Said in the path, in a dialect that says it there. */
  readonly address?: Address
}

/** `chat`, `generate` and the embeddings produce an answer; the others are side questions about the provider. */
export type SurfaceOperation =
  | 'chat'
  | 'generate'
  | EmbedOperation
  | 'count-tokens'
  | 'models'
  | 'model'
  | 'show'
  | 'running'
  | 'version'

interface Ending {
  readonly method: string
  readonly ends: string
  readonly surface: Surface
}

const ENDINGS: readonly Ending[] = [
  { method: 'POST', ends: '/chat/completions', surface: { dialect: 'openai-chat', operation: 'chat' } },
  { method: 'POST', ends: '/completions', surface: { dialect: 'openai-chat', operation: 'generate' } },
  { method: 'POST', ends: '/responses', surface: { dialect: 'openai-responses', operation: 'chat' } },
  {
    method: 'POST',
    ends: '/messages/count_tokens',
    surface: { dialect: 'anthropic', operation: 'count-tokens' },
  },
  { method: 'POST', ends: '/messages', surface: { dialect: 'anthropic', operation: 'chat' } },
  { method: 'POST', ends: '/api/chat', surface: { dialect: 'ollama', operation: 'chat' } },
  { method: 'POST', ends: '/api/generate', surface: { dialect: 'ollama', operation: 'generate' } },
  { method: 'POST', ends: '/api/embed', surface: { dialect: 'ollama', operation: 'embed' } },
  { method: 'POST', ends: '/api/embeddings', surface: { dialect: 'ollama', operation: 'embed-one' } },
  { method: 'POST', ends: '/embeddings', surface: { dialect: 'openai-chat', operation: 'embed' } },
  { method: 'GET', ends: '/api/tags', surface: { dialect: 'ollama', operation: 'models' } },
  { method: 'POST', ends: '/api/show', surface: { dialect: 'ollama', operation: 'show' } },
  { method: 'GET', ends: '/api/ps', surface: { dialect: 'ollama', operation: 'running' } },
  { method: 'GET', ends: '/api/version', surface: { dialect: 'ollama', operation: 'version' } },
]

/** Dialects that list their models under the same path. */
export type ListDialect = 'openai-chat' | 'anthropic' | 'gemini'

/** What the headers of a request tell about who asks. */
export function listDialectOf(headers: Readonly<Record<string, string>>): ListDialect {
  if (headers['anthropic-version'] !== undefined) return 'anthropic'
  return headers['x-goog-api-key'] === undefined ? 'openai-chat' : 'gemini'
}

/** `path` without its query. */
export function surfaceOf(method: string, path: string, lists: ListDialect): Surface | undefined {
  for (const ending of ENDINGS) {
    if (ending.method === method && path.endsWith(ending.ends)) return ending.surface
  }
  if (method === 'POST') return converseSurface(path) ?? verbSurface(path)
  if (method !== 'GET') return undefined
  if (path.endsWith('/foundation-models')) return { dialect: 'bedrock', operation: 'models' }
  const dialect = path.includes('/v1beta/') || path.includes('/publishers/') ? 'gemini' : lists
  if (path.endsWith('/models')) return { dialect, operation: 'models' }
  const one = /\/models\/([^/]+)$/.exec(path)?.[1]
  return one === undefined ? undefined : { dialect, operation: 'model', model: decodeName(one) }
}

const VERBS: ReadonlyMap<string, SurfaceOperation> = new Map([
  ['generateContent', 'chat'],
  ['streamGenerateContent', 'chat'],
  ['countTokens', 'count-tokens'],
  ['batchEmbedContents', 'embed'],
  ['embedContent', 'embed-one'],
])

/** Gemini names the model and then what is asked of it. Streams are events, whether or not `alt=sse` asks for them. */
function verbSurface(path: string): Surface | undefined {
  const [, model = '', verb = ''] = /\/models\/([^/]+):(\w+)$/.exec(path) ?? []
  if (verb === 'rawPredict' || verb === 'streamRawPredict') return claudeSurface(decodeName(model), verb)
  const operation = VERBS.get(verb)
  if (operation === undefined) return undefined
  const address = { model: decodeName(model), stream: verb === 'streamGenerateContent' }
  return { dialect: 'gemini', operation, address }
}

/** Bedrock names the model and then whether to stream. */
function converseSurface(path: string): Surface | undefined {
  const [, model, verb] = /\/model\/([^/]+)\/(converse|converse-stream|count-tokens)$/.exec(path) ?? []
  if (model === undefined) return undefined
  const address = { model: decodeName(model), stream: verb === 'converse-stream' }
  if (verb === 'count-tokens') return { dialect: 'bedrock', operation: 'count-tokens', address }
  return { dialect: 'bedrock', operation: 'chat', address }
}

/** Claude on Vertex: its own language under Google's paths. */
function claudeSurface(model: string, verb: string): Surface {
  if (model === 'count-tokens') return { dialect: 'anthropic', operation: 'count-tokens' }
  const address = { model, stream: verb === 'streamRawPredict' }
  return { dialect: 'anthropic', operation: 'chat', address }
}

/** Whether the operation produces a model's answer in words. */
export function produces(surface: Surface): surface is Surface & { operation: 'chat' | 'generate' } {
  return surface.operation === 'chat' || surface.operation === 'generate'
}

/** A path segment as meant; one that is badly escaped is taken as it stands. */
export function decodeName(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
