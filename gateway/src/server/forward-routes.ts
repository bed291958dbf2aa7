/** What is passed on without being understood, in one table: path, methods, and whose language it is. */

import type { IncomingHttpHeaders } from 'node:http'
import { FORWARDED, type ForwardMethod, pathPattern, shownPath } from '#api'
import { anthropic, type Dialect, openaiChat, openaiResponses } from '#dialects'

export interface ForwardRoute {
  /** The endpoint by which it is counted. */
  readonly shown: string
  readonly methods: readonly ForwardMethod[]
  readonly family: ForwardFamily
  /** An answer may tell what was used; elsewhere a usage would be another call's. */
  readonly metered: boolean
}

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

const ROUTES: readonly (ForwardRoute & { readonly patterns: readonly RegExp[] })[] = FORWARDED.map(
  ({ paths, methods, family, metered }) => ({
    shown: shownPath(paths[0] ?? ''),
    patterns: paths.map(pathPattern),
    methods,
    family: family === 'anthropic' ? ANTHROPIC : OPENAI,
    metered,
  }),
)

/** Two families have files; only Anthropic's clients name a version. */
const FILES = /^\/v1\/files(?:\/|$)/

export function forwardRoute(path: string, headers?: IncomingHttpHeaders): ForwardRoute | undefined {
  const route = ROUTES.find(({ patterns }) => patterns.some((pattern) => pattern.test(path)))
  if (route === undefined || !isPlain(path)) return undefined
  return headers?.['anthropic-version'] !== undefined && FILES.test(path)
    ? { ...route, family: ANTHROPIC }
    : route
}

/** Steps out of the endpoint, plain or in disguise, would reach what nobody opened: the key that goes along is ours. */
function isPlain(path: string): boolean {
  return !path.split('/').some((segment) => {
    const step = segment.replaceAll(/%2e/gi, '.').replaceAll(/;.*$/g, '')
    return step === '.' || step === '..' || /%2f|%5c|\\/i.test(segment)
  })
}
