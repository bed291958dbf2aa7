/** Which dialect and operation a path asks for: read from its end, as providers mount their APIs under any prefix. */

import type { EmbedOperation } from '#core'
import type { DIALECTS } from '#dialects'

export type SimulatedDialect = keyof typeof DIALECTS

export interface Surface {
  readonly dialect: SimulatedDialect
  readonly operation: SurfaceOperation
  /** The model named in the path, for `model`. */
  readonly model?: string
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
  {
    method: 'POST',
    ends: '/messages/count_tokens',
    surface: { dialect: 'anthropic', operation: 'count-tokens' },
  },
  { method: 'POST', ends: '/messages', surface: { dialect: 'anthropic', operation: 'chat' } },
  { method: 'POST', ends: '/api/chat', surface: { dialect: 'ollama', operation: 'chat' } },
  { method: 'POST', ends: '/api/generate', surface: { dialect: 'ollama', operation: 'generate' } },
  { method: 'POST', ends: '/api/embed', surface: { dialect: 'ollama', operation: 'embed' } },
  { method: 'POST', ends: '/api/embeddings', surface: { dialect: 'ollama', operation: 'embed-legacy' } },
  { method: 'POST', ends: '/embeddings', surface: { dialect: 'openai-chat', operation: 'embed' } },
  { method: 'GET', ends: '/api/tags', surface: { dialect: 'ollama', operation: 'models' } },
  { method: 'POST', ends: '/api/show', surface: { dialect: 'ollama', operation: 'show' } },
  { method: 'GET', ends: '/api/ps', surface: { dialect: 'ollama', operation: 'running' } },
  { method: 'GET', ends: '/api/version', surface: { dialect: 'ollama', operation: 'version' } },
]

/** `path` without its query. `speaksAnthropic`: the request carries an `anthropic-version` header. */
export function surfaceOf(method: string, path: string, speaksAnthropic: boolean): Surface | undefined {
  for (const ending of ENDINGS) {
    if (ending.method === method && path.endsWith(ending.ends)) return ending.surface
  }
  if (method !== 'GET') return undefined
  const dialect = speaksAnthropic ? 'anthropic' : 'openai-chat'
  if (path.endsWith('/models')) return { dialect, operation: 'models' }
  const one = /\/models\/([^/]+)$/.exec(path)?.[1]
  return one === undefined ? undefined : { dialect, operation: 'model', model: decodeName(one) }
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
