/** From configuration and preset to a provider. */

import type { ProviderConfig, Timeouts } from '#config'
import type { Clock, EmbedOperation, RetryPolicy, RoadOperation } from '#core'
import type { Address, Dialect, DialectPath, Traits } from '#dialects'
import type { Client } from '#transport'
import { admissions } from './auth/scheme.ts'
import { normaliseBaseUrl } from './base-url.ts'
import { fixedHeaders, forwardHeaders, secretHeaders } from './call-headers.ts'
import { keyRing } from './key-ring.ts'
import { mannered } from './manners.ts'
import { plainPath, sayable } from './plain-path.ts'
import type { Preset } from './preset.ts'
import type { KeyRing, Provider } from './provider.ts'
import type { Site, SiteTools } from './site.ts'

export interface BuildDefaults {
  readonly timeouts: Timeouts
  readonly maxRetries: number
  readonly retryPolicy?: RetryPolicy
}

export interface BuildParts {
  readonly preset: Preset
  readonly dialect: Dialect
  readonly clock: Clock
  readonly client: (origin: string, connectMs: number, connections: number | undefined) => Client
  /** For types that have places or credentials of their own. */
  readonly tools?: SiteTools
  /** With all that is known of them; absent: made from the configuration. */
  readonly keys?: KeyRing
  /** For types whose models speak several dialects. */
  readonly dialectNamed?: (name: string) => Dialect | undefined
}

/** Throws `invalid-request` when the base URL is unusable. */
export function buildProvider(config: ProviderConfig, parts: BuildParts, defaults: BuildDefaults): Provider {
  const { preset, dialect } = parts
  const main = face(
    config,
    parts,
    defaults,
    parts.client,
    parts.keys ??
      keyRing(config.apiKeys, parts.clock, { weights: config.keyWeights, quota: config.keyQuota }),
  )
  const families = (preset.dialect === dialect.name ? (preset.families ?? []) : []).flatMap((family) => {
    const spoken = parts.dialectNamed?.(family.preset.dialect)
    if (spoken === undefined) return []
    const own = { ...parts, preset: family.preset, dialect: spoken }
    return [{ match: family.match, provider: face(config, own, defaults, () => main.client, main.keys) }]
  })
  if (families.length === 0) return main
  return {
    ...main,
    forModel: (model) => families.find(({ match }) => match.test(model))?.provider ?? main,
  }
}

/** One dialect of an account. */
function face(
  config: ProviderConfig,
  { preset: asked, dialect: spoken, tools }: BuildParts,
  defaults: BuildDefaults,
  client: BuildParts['client'],
  keys: KeyRing,
): Provider {
  // Asked for by its dialect, a family stands alone.
  const family = asked.families?.find(({ preset }) => preset.dialect === spoken.name)?.preset
  const preset = asked.dialect === spoken.name ? asked : (family ?? mannered(asked, spoken))
  const dialect = embedding(spoken, preset)
  const site = siteOf(config, preset, dialect, tools)
  const { base } = site
  const timeouts = { ...defaults.timeouts, ...config.timeouts }
  const fixed = fixedHeaders(preset, config)
  const secrets = secretHeaders(config)
  const paths = pathsOf(dialect, site)
  const pathTo = site.pathTo ?? ((own: string): string => base.prefix + own)
  const { big = [], middle = [], small = [] } = config.models ?? {}
  // A configured authorization header replaces the scheme's own (G38).
  const authorised = fixed.names.has('authorization')
  const admission = admissions(preset.auth)
  const provider: Provider = {
    name: config.name,
    type: preset.name,
    dialect,
    baseUrl: base.origin + base.prefix,
    priority: config.priority,
    passthrough: config.passthrough,
    keys,
    timeouts,
    maxRetries: config.maxRetries ?? defaults.maxRetries,
    retryPolicy: config.retryPolicy ?? defaults.retryPolicy ?? 'exponential',
    defaultModel: config.defaultModel ?? preset.defaultModel,
    models: [...new Set([...(config.modelList ?? []), ...big, ...middle, ...small])],
    client: client(base.origin, timeouts.connectMs, config.connections),
    path: (operation, address = NOWHERE) => plainPath(sayable(paths[operation], address)),
    pathTo: (own) => plainPath(pathTo(own)),
    headers(key, sent) {
      const headers = fixed.list.slice()
      if (!authorised) headers.push(...admission(key))
      forwardHeaders(headers, preset, sent, fixed)
      return headers
    },
    ...(secrets.length === 0 ? {} : { secrets }),
    traits: remembered((model) => traitsOf(preset, site, model)),
    standing: preset.standing ?? {},
    weight: config.weight ?? 1,
    classes: [big, middle, small],
    ...(asked.name === preset.name ? {} : { type: asked.name }),
    ...spellingOf(config, preset),
    ...(asked.probeLimitMs === undefined ? {} : { probeLimitMs: asked.probeLimitMs }),
    ...(site.authorize === undefined || authorised ? {} : { authorize: site.authorize }),
    ...(site.envelope === undefined ? {} : { envelope: site.envelope }),
    ...(preset.issuer === undefined ? {} : { issuer: `${config.name}/${preset.issuer}` }),
  }
  if (site.lists === undefined) return provider
  const { origin, authorize } = site.lists
  const lister = { ...provider, baseUrl: origin, client: client(origin, timeouts.connectMs, 1), authorize }
  return { ...provider, lister }
}

function embedding(dialect: Dialect, { embeds }: Preset): Dialect {
  const embed = embeds === undefined ? undefined : dialect.embedForms?.[embeds]
  return embed === undefined ? dialect : { ...dialect, embed }
}

/** A name of the configuration's own map, or of its list, stands for itself. */
function spellingOf(
  { modelMap = {}, modelList = [] }: ProviderConfig,
  { spells }: Preset,
): Pick<Provider, 'spells'> {
  const names = new Map([...modelList.map((name) => [name, name] as const), ...Object.entries(modelMap)])
  if (names.size === modelList.length && spells === undefined) return {}
  return { spells: (model) => names.get(model) ?? spells?.(model) ?? model }
}

function siteOf(
  config: ProviderConfig,
  preset: Preset,
  dialect: Dialect,
  tools: SiteTools | undefined,
): Site {
  if (preset.site !== undefined && tools !== undefined) return preset.site(config, dialect, tools)
  const version = preset.dialect === dialect.name ? preset.version : undefined
  const base = normaliseBaseUrl(config.baseUrl ?? preset.baseUrl ?? '', dialect.name, version)
  const { paths } = preset
  if (paths === undefined) return { base }
  const whole = `${base.origin}${base.prefix}/`
  const moved = new Map(Object.entries(paths).map(([own, path]) => [own, new URL(path, whole).pathname]))
  const pathTo = (own: string): string => moved.get(own) ?? base.prefix + own
  return { base, place: pathTo, pathTo }
}

/** For who only asks whether there is such an operation. */
const NOWHERE: Address = { model: '', stream: false }

type PathMaker = (address: Address) => string | undefined

function pathsOf({ chat, embed }: Dialect, { base, place }: Site): Partial<Record<RoadOperation, PathMaker>> {
  const own = { ...chat.paths, ...embedPaths(embed) }
  return Object.fromEntries(
    Object.entries(own).map(([key, path]): [string, PathMaker] => {
      const operation = key as RoadOperation // the keys of `own` are operations
      const ownPath = typeof path === 'function' ? path : () => path
      if (place !== undefined) return [operation, (address) => place(ownPath(address), operation, address)]
      if (typeof path === 'function') return [operation, (address) => base.prefix + path(address)]
      const fixed = base.prefix + path
      return [operation, () => fixed]
    }),
  )
}

function embedPaths(embed: Dialect['embed']): Partial<Record<EmbedOperation, DialectPath>> {
  if (embed === undefined) return {}
  return { embed: embed.path, ...(embed.onePath === undefined ? {} : { 'embed-one': embed.onePath }) }
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

function traitsOf(preset: Preset, site: Site, model: string): Traits {
  const own = recorded(preset, model)
  return site.traits === undefined ? own : { ...own, ...site.traits }
}

function recorded(preset: Preset, model: string): Traits {
  const special = preset.models?.find((entry) => entry.match.test(model))
  if (special === undefined) return preset.traits ?? NO_TRAITS
  return preset.traits === undefined ? special.traits : { ...preset.traits, ...special.traits }
}
