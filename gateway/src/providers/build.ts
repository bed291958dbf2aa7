/** From configuration and preset to a provider. */

import type { ProviderConfig, Timeouts } from '#config'
import type { RoadOperation } from '#core'
import type { Address, Dialect, Traits } from '#dialects'
import type { Client } from '#transport'
import { authHeaders, type AuthScheme } from './auth.ts'
import { normaliseBaseUrl } from './base-url.ts'
import { keyRing } from './key-ring.ts'
import type { Preset } from './preset.ts'
import type { HeaderSource, Provider } from './provider.ts'

export interface BuildDefaults {
  readonly timeouts: Timeouts
  readonly maxRetries: number
}

export interface BuildParts {
  readonly preset: Preset
  readonly dialect: Dialect
  readonly client: (origin: string, connectMs: number, connections: number | undefined) => Client
}

/** Throws `invalid-request` when the base URL is unusable. */
export function buildProvider(config: ProviderConfig, parts: BuildParts, defaults: BuildDefaults): Provider {
  const { preset, dialect } = parts
  const base = normaliseBaseUrl(config.baseUrl ?? preset.baseUrl ?? '', dialect.name)
  const timeouts = { ...defaults.timeouts, ...config.timeouts }
  const keys = keyRing(config.apiKeys)
  const auth = authOf(preset, dialect)
  const fixed = fixedHeaders(preset, config)
  const forwards = preset.forwards ?? []
  const paths = pathsOf(dialect, base.prefix)
  const { big = [], middle = [], small = [] } = config.models ?? {}

  return {
    name: config.name,
    type: preset.name,
    dialect,
    baseUrl: base.origin + base.prefix,
    priority: config.priority,
    passthrough: config.passthrough,
    keys,
    timeouts,
    maxRetries: config.maxRetries ?? defaults.maxRetries,
    defaultModel: config.defaultModel ?? preset.defaultModel,
    models: [...new Set([...(config.modelList ?? []), ...big, ...middle, ...small])],
    client: parts.client(base.origin, timeouts.connectMs, config.connections),
    path: (operation, address = NOWHERE) => paths[operation]?.(address),
    pathTo: (path) => base.prefix + path,
    headers(key, client) {
      const headers = fixed.list.slice()
      // A configured authorization header replaces the scheme's own (G38).
      if (!fixed.names.has('authorization')) headers.push(...authHeaders(auth, key))
      forwardHeaders(headers, forwards, client, fixed.defaults, fixed.names)
      return headers
    },
    traits: remembered((model) => traitsOf(preset, model)),
  }
}

/** Servers that were made to speak a language not their type's own take keys where its clients put them. */
function authOf(preset: Preset, { name }: Dialect): AuthScheme {
  return name === 'gemini' && preset.dialect !== name ? 'x-goog-api-key' : preset.auth
}

/** For who only asks whether there is such an operation. */
const NOWHERE: Address = { model: '', stream: false }

type PathMaker = (address: Address) => string

function pathsOf({ chat, embed }: Dialect, prefix: string): Partial<Record<RoadOperation, PathMaker>> {
  const own = { ...chat.paths, ...(embed === undefined ? {} : { embed: embed.path }) }
  return Object.fromEntries(
    Object.entries(own).map(([operation, path]): [string, PathMaker] => {
      if (typeof path === 'function') return [operation, (address) => prefix + path(address)]
      const fixed = prefix + path
      return [operation, () => fixed]
    }),
  )
}

interface FixedHeaders {
  readonly list: readonly string[]
  /** Lower-case names set by configuration: nothing may override them. */
  readonly names: ReadonlySet<string>
  /** Preset headers that a forwarded client header replaces. */
  readonly defaults: ReadonlyMap<string, string>
}

function fixedHeaders(preset: Preset, config: ProviderConfig): FixedHeaders {
  const list = ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'sluice']
  const names = new Set<string>()
  for (const [name, value] of Object.entries(config.headers)) {
    list.push(name, value)
    names.add(name.toLowerCase())
  }
  return { list, names, defaults: new Map(Object.entries(preset.headers ?? {})) }
}

function forwardHeaders(
  headers: string[],
  forwards: readonly string[],
  client: HeaderSource | undefined,
  defaults: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): void {
  for (const name of forwards) {
    const sent = client?.[name]
    const value = (Array.isArray(sent) ? sent.join(', ') : sent) ?? defaults.get(name)
    if (value !== undefined && !taken.has(name)) headers.push(name, value)
  }
  for (const [name, value] of defaults) {
    if (!forwards.includes(name) && !taken.has(name)) headers.push(name, value)
  }
}

/** The last model asked for is nearly always the next. */
function remembered(traitsFor: (model: string) => Traits): (model: string) => Traits {
  let last: { readonly model: string; readonly traits: Traits } | undefined
  return (model) => {
    if (last?.model !== model) last = { model, traits: traitsFor(model) }
    return last.traits
  }
}

const NO_TRAITS: Traits = {}

function traitsOf(preset: Preset, model: string): Traits {
  const special = preset.models?.find((entry) => entry.match.test(model))
  if (special === undefined) return preset.traits ?? NO_TRAITS
  return preset.traits === undefined ? special.traits : { ...preset.traits, ...special.traits }
}
