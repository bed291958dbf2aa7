/** From merged settings to the configuration of the house: defaults in units of the code, providers sorted by use. */

import type { PresetFacts } from '#providers'
import { bindProblems } from './bind-safety.ts'
import { breakerOf } from './breaker.ts'
import { buildProvider, type ProviderVerdict } from './build-provider.ts'
import { milliseconds, timeoutsOf } from './clocks.ts'
import type {
  GatewayConfig,
  PartialProvider,
  ProviderConfig,
  RoutingConfig,
  TracesConfig,
  VirtualModel,
} from './config.ts'
import { circleProblems } from './circles.ts'
import { clientsOf } from './clients.ts'
import { chooseDefault } from './default-provider.ts'
import { idleWarnings } from './idle-settings.ts'
import { limitsOf } from './limits.ts'
import { loopProblems } from './loops.ts'
import { modelCacheOf, modelFactsOf, topModelsOf } from './models.ts'
import { placeOf, type Origin } from './origin.ts'
import { productionProblems } from './production.ts'
import { pluginsOf } from './plugins.ts'
import { portsOf } from './ports.ts'
import { ConfigError, type Problem } from './problem.ts'
import { routeFiles } from './route-files.ts'
import type { Settings } from './schema.ts'
import { fieldName } from './setting.ts'
import type { Gap } from './substitute.ts'
import { wildcardProblems } from './wildcards.ts'

export interface BuildParts {
  readonly settings: Settings
  readonly origins: ReadonlyMap<string, Origin>
  /** All providers in configuration order. */
  readonly names: readonly string[]
  readonly presets: readonly PresetFacts[]
  readonly gaps: readonly Gap[]
  readonly nameless: readonly string[]
  readonly listed: ReadonlySet<string>
  /** Whether it was changed while the gateway ran: then all may be switched off. */
  readonly managed: boolean
  /** Where files are that are named by a relative path. */
  readonly cwd: string
}

export interface BuiltConfig extends GatewayConfig {
  readonly origins: ReadonlyMap<string, Origin>
}

export function build(parts: BuildParts): BuiltConfig {
  const { settings, presets, gaps } = parts
  const origins = new Map(parts.origins)
  const sized = Object.values(settings.providers ?? {}).some(
    ({ models: { big = [], middle = [], small = [] } = {} }) => big.length + middle.length + small.length > 0,
  )
  const verdicts = parts.names.map((name) =>
    buildProvider({
      name,
      settings: settings.providers?.[name] ?? {},
      shared: settings.custom_headers ?? {},
      clouds: settings,
      presets,
      sized,
      listed: parts.listed.has(name),
      gaps: gaps.filter(({ setting }) => setting.path[1] === name && setting.path[0] === 'providers'),
      origins,
    }),
  )
  const providers = verdicts.flatMap((verdict) => (verdict.state === 'usable' ? [verdict.provider] : []))
  const partial = [...verdicts.flatMap(partialOf), ...parts.nameless.map(namelessPartial)]
  const choice = chooseDefault(settings.default_provider, providers, origins.get('default_provider'))
  const { warnings: listWarnings, ...lists } = routeFiles(settings, parts.cwd)
  const top = topModelsOf(settings, origins, parts.cwd)
  const problems = [
    ...verdicts.flatMap((verdict) => (verdict.state === 'refused' ? [verdict.problem] : [])),
    ...bindProblems(settings, origins),
    ...productionProblems(settings, origins),
    ...loopProblems(settings, providers, presets, origins),
    ...(parts.managed ? [] : choice.problems),
    ...top.problems,
    ...circleProblems(settings, origins),
    ...wildcardProblems(settings, origins),
  ]
  const isOff = parts.managed && verdicts.some(({ state }) => state === 'disabled')
  if (problems.length === 0 && providers.length === 0 && !isOff)
    problems.push(...nothingUsable(verdicts, parts.nameless, origins))
  if (problems.length > 0) throw new ConfigError(problems)

  return {
    server: serverOf(settings, portsOf(settings, origins)),
    ...choice.fields,
    providers,
    partial,
    disabled: verdicts.flatMap((verdict) => (verdict.state === 'disabled' ? [verdict.name] : [])),
    models: modelsOf(settings),
    aliases: { ...settings.defaults?.aliases, ...settings.aliases },
    ...(settings.defaults?.aliases === undefined ? {} : { defaultAliases: settings.defaults.aliases }),
    aliasRules: {
      substrings: settings.alias_substrings ?? true,
      maxChain: settings.alias_max_chain ?? 1,
      cacheMs: milliseconds(settings.alias_cache_ttl ?? 0),
      cacheSize: settings.alias_cache_size ?? 1,
    },
    ...lists,
    modelFacts: modelFactsOf(settings),
    modelCache: modelCacheOf(settings),
    topModels: top.topModels,
    routing: routingOf(settings),
    timeouts: {
      connectMs: 0,
      headersMs: 0,
      firstTokenMs: 0,
      idleMs: 0,
      totalMs: 0,
      ...timeoutsOf(settings.timeouts),
    },
    maxRetries: settings.max_retries ?? 0,
    ...(settings.retry_policy === undefined ? {} : { retryPolicy: settings.retry_policy }),
    tokenLimits: tokenLimitsOf(settings),
    limits: limitsOf(settings),
    breaker: breakerOf(settings),
    probeMs: milliseconds(settings.health_check_interval ?? 0),
    ...(settings.hedging === undefined ? {} : { hedging: settings.hedging }),
    ...(settings.single_flight === undefined ? {} : { singleFlight: settings.single_flight }),
    ...(settings.mid_stream === undefined ? {} : { midStream: settings.mid_stream }),
    traces: tracesOf(settings),
    plugins: pluginsOf(settings, parts),
    clients: clientsOf(settings),
    logLevel: settings.log_level ?? 'info',
    logSummaryEvery: settings.log_summary_interval ?? 0,
    watch: settings.reload ?? false,
    ...(settings.environment === undefined ? {} : { environment: settings.environment }),
    warnings: [
      ...gaps.filter((gap) => stillMissing(gap, origins)).map(gapWarning),
      ...choice.warnings,
      ...listWarnings,
      ...strayTargets(settings, providers, origins),
      ...idleWarnings(origins),
    ],
    origins,
  }
}

function partialOf(verdict: ProviderVerdict): readonly PartialProvider[] {
  return verdict.state === 'partial' ? [{ name: verdict.name, reason: verdict.reason }] : []
}

function namelessPartial(place: string): PartialProvider {
  return { name: place, reason: 'name is missing' }
}

function stillMissing({ setting }: Gap, origins: ReadonlyMap<string, Origin>): boolean {
  return !origins.has(fieldName(setting.path))
}

function gapWarning({ setting, variable }: Gap): string {
  return `${placeOf(setting.origin)}: ${fieldName(setting.path)} needs the variable ${variable}, which is not set`
}

/**
 * A lone key without a URL may be any program's variable, so it does not count as a wish for a provider; everything
 * else does, and a gateway that was meant to have providers does not start without one.
 */
function nothingUsable(
  verdicts: readonly ProviderVerdict[],
  nameless: readonly string[],
  origins: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  const meant = verdicts.filter((verdict) => verdict.state !== 'partial' || !verdict.lone)
  if (meant.length + nameless.length === 0) return []
  const reasons = verdicts.flatMap((verdict) => {
    if (verdict.state === 'disabled')
      return [{ name: verdict.name, reason: `is switched off (${verdict.where})` }]
    return partialOf(verdict)
  })
  const told = reasons.map(({ name, reason }) => ({
    where: whereIsProvider(name, origins),
    field: fieldName(['providers', name]),
    message: reason,
  }))
  return [
    { where: 'configuration', field: 'providers', message: 'none of the configured providers can be used' },
    ...told,
    ...nameless.map(namelessPartial).map(({ name, reason }) => ({
      where: 'configuration',
      field: name,
      message: reason,
    })),
  ]
}

/** The first that is said of it, in a file rather than elsewhere. */
function whereIsProvider(name: string, origins: ReadonlyMap<string, Origin>): string {
  const below = `${fieldName(['providers', name])}.`
  const said = [...origins].filter(([field]) => field.startsWith(below)).map(([, origin]) => origin)
  const first = said.find(({ source }) => source === 'file') ?? said[0]
  return first === undefined ? 'configuration' : placeOf(first)
}

function serverOf(settings: Settings, ports: readonly number[]): GatewayConfig['server'] {
  const { server = {}, proxy_api_key: proxyApiKey, admin_api_key: adminApiKey } = settings
  return {
    host: server.host ?? '',
    port: ports[0] ?? 0,
    ...(ports.length < 2 ? {} : { ports }),
    ...(proxyApiKey === undefined ? {} : { proxyApiKey }),
    ...(adminApiKey === undefined ? {} : { adminApiKey }),
    bodyLimit: server.body_limit ?? 0,
    forwardLimit: server.forward_limit ?? 0,
    shutdownGraceMs: milliseconds(server.shutdown_grace ?? 0),
    keepAliveMs: milliseconds(server.keep_alive ?? 0),
    corsOrigins: server.cors_origins ?? [],
    allowedHosts: server.allowed_hosts ?? [],
    upstreamAllow: server.upstream_allow ?? [],
    headMs: milliseconds(server.header_timeout ?? 0),
    requestMs: milliseconds(server.request_timeout ?? 0),
    ...(server.max_connections === undefined || server.max_connections === 0
      ? {}
      : { maxConnections: server.max_connections }),
  }
}

function modelsOf({ models = {} }: Settings): Readonly<Record<string, VirtualModel>> {
  const entries = Object.entries(models).map(
    ([name, { targets, strategy, fallback_strategy: fallback, weights }]) => {
      const model: VirtualModel = {
        targets,
        ...(strategy === undefined ? {} : { strategy }),
        ...(fallback === undefined ? {} : { fallback }),
        ...(weights === undefined ? {} : { weights }),
      }
      return [name, model] as const
    },
  )
  return Object.fromEntries(entries)
}

function routingOf(settings: Settings): RoutingConfig {
  const { routing_strategy: strategy, fallback_strategy: fallback, load_balancing: loadBalancing } = settings
  const { cost_latency_limit: limit } = settings
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(loadBalancing === undefined ? {} : { loadBalancing }),
    ...(limit === undefined ? {} : { slowMs: milliseconds(limit) }),
    ...(settings.strict_prefix === undefined ? {} : { strictPrefix: settings.strict_prefix }),
  }
}

/** 0 means no limit. */
function tokenLimitsOf({ token_limits: { max = 0, min = 0 } = {} }: Settings): GatewayConfig['tokenLimits'] {
  return { ...(max === 0 ? {} : { max }), ...(min === 0 ? {} : { min }) }
}

function tracesOf({ traces: { size = 0, file } = {} }: Settings): TracesConfig {
  return { size, ...(file === undefined ? {} : { file }) }
}

function strayTargets(
  { models = {} }: Settings,
  providers: readonly ProviderConfig[],
  origins: ReadonlyMap<string, Origin>,
): readonly string[] {
  const usable = new Set(providers.map(({ name }) => name))
  const nested = new Set(Object.keys(models))
  return Object.entries(models).flatMap(([name, { targets }]) => {
    const field = fieldName(['models', name])
    const where = placeOf(origins.get(`${field}.targets`) ?? { source: 'default' })
    return targets
      .filter((target) => !nested.has(target))
      .filter((target) => !usable.has((target.split(':')[0] ?? '').toLowerCase()))
      .map((target) => `${where}: ${field} names "${target}", whose provider cannot be used`)
  })
}
