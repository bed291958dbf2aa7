/** What is passed on without being understood, in one table: path, methods, and whose language it is. */

import type { IncomingHttpHeaders } from 'node:http'
import { anthropic, type Dialect, openaiChat, openaiResponses } from '#dialects'

export interface ForwardRoute {
  readonly pattern: RegExp
  readonly methods: readonly ForwardMethod[]
  /** For people. */
  readonly shown: string
  readonly family: ForwardFamily
  /** An answer may tell what was used; elsewhere a usage would be another call's. */
  readonly metered: boolean
}

export type ForwardMethod = 'GET' | 'POST' | 'DELETE'

export interface ForwardFamily {
  /** In which errors are told. */
  readonly dialect: Dialect
  /** Providers of these have the endpoint. */
  readonly languages: readonly Dialect[]
  /** Their base URL has the version in it. */
  readonly versionInBase: boolean
}

const OPENAI: ForwardFamily = {
  dialect: openaiChat,
  languages: [openaiChat, openaiResponses],
  versionInBase: true,
}
const ANTHROPIC: ForwardFamily = { dialect: anthropic, languages: [anthropic], versionInBase: false }

const ANY = ['GET', 'POST', 'DELETE'] as const
const POST = ['POST'] as const

function openai(shown: string, pattern: RegExp, methods: readonly ForwardMethod[] = ANY): ForwardRoute {
  return { shown, pattern, methods, family: OPENAI, metered: false }
}

function metered(shown: string, pattern: RegExp): ForwardRoute {
  return { ...openai(shown, pattern, POST), metered: true }
}

const ROUTES: readonly ForwardRoute[] = [
  metered('/v1/images/{generations,edits,variations}', /^\/v1\/images\/(?:generations|edits|variations)$/),
  metered(
    '/v1/audio/{speech,transcriptions,translations}',
    /^\/v1\/audio\/(?:speech|transcriptions|translations)$/,
  ),
  metered('/v1/moderations', /^\/v1\/moderations$/),
  metered('/v1/rerank', /^\/v1\/rerank$/),
  openai('/v1/files/*', /^\/v1\/files(?:\/|$)/),
  openai('/v1/uploads/*', /^\/v1\/uploads(?:\/|$)/),
  openai('/v1/batches/*', /^\/v1\/batches(?:\/|$)/),
  openai('/v1/videos/*', /^\/v1\/videos(?:\/|$)/),
  openai('/v1/vector_stores/*', /^\/v1\/vector_stores(?:\/|$)/),
  openai('/v1/fine_tuning/*', /^\/v1\/fine_tuning\/./),
  openai('/v1/responses/{id}', /^\/v1\/responses\/[^/]+$/, ['GET', 'DELETE']),
  openai('/v1/responses/{id}/input_items', /^\/v1\/responses\/[^/]+\/input_items$/, ['GET']),
  openai('/v1/responses/{id}/cancel', /^\/v1\/responses\/[^/]+\/cancel$/, POST),
  {
    shown: '/v1/messages/batches/*',
    pattern: /^\/v1\/messages\/batches(?:\/|$)/,
    methods: ANY,
    family: ANTHROPIC,
    metered: false,
  },
]

/** Two families have files; only Anthropic's clients name a version. */
const FILES = /^\/v1\/files(?:\/|$)/

export function forwardRoute(path: string, headers?: IncomingHttpHeaders): ForwardRoute | undefined {
  const route = ROUTES.find(({ pattern }) => pattern.test(path))
  if (route === undefined || !isPlain(path)) return undefined
  return headers?.['anthropic-version'] !== undefined && FILES.test(path)
    ? { ...route, family: ANTHROPIC }
    : route
}

export const FORWARD_PATHS_SHOWN: readonly string[] = ROUTES.map(({ shown }) => shown)

/** Steps out of the endpoint, plain or in disguise, would reach what nobody opened: the key that goes along is ours. */
function isPlain(path: string): boolean {
  return !path.split('/').some((segment) => {
    const step = segment.replaceAll(/%2e/gi, '.').replaceAll(/;.*$/g, '')
    return step === '.' || step === '..' || /%2f|%5c|\\/i.test(segment)
  })
}
