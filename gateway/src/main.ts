/** The only file that knows everybody: configuration in, house built, door opened. */

import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { GatewayConfig, ProviderConfig } from '#config'
import type { Clock, Random } from '#core'
import { DIALECTS } from '#dialects'
import { ExchangeLog, openLog, together, traceOf } from '#observe'
import {
  Circuits,
  CoolDowns,
  firstBar,
  forwarder,
  Health,
  Limiter,
  type ModelFacts,
  pipeline,
  Prober,
  RoadVitals,
  Aliases,
  effectiveDefault,
} from '#pipeline'
import { buildProvider, presetNamed, PRESETS, type Provider, MODEL_TABLE } from '#providers'
import { type Door, gate, openDoor } from '#server'
import { type Simulator, startSimulator } from '#simulator'
import {
  eventStreamFramer,
  fetchText,
  httpClient,
  ndjsonFramer,
  packedMessages,
  sseFramer,
  systemClock,
  wholeFrames,
} from '#transport'

export interface GatewayOptions {
  readonly config: GatewayConfig
  /** Where log lines go: a file descriptor or a path. Default standard error. */
  readonly logTo?: string | number
  /** Time and chance; the real ones unless a test hands in its own. */
  readonly clock?: Clock
  readonly random?: Random
  /** Prices, windows and abilities of models, as far as anybody knows them. */
  readonly models?: ModelFacts
}

export interface Gateway {
  readonly url: string
  readonly port: number
  /** Lets running answers end, then closes everything. */
  close(): Promise<void>
}

export const VERSION: string = readVersion()

/** Throws GatewayError when a provider cannot be built, and the system's error when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, logTo, clock = systemClock, random = Math.random } = options
  const demo = config.providers.length === 0 ? await startSimulator() : undefined
  const providers = buildProviders(config, demo, clock)
  const log = openLog(config.logLevel, logTo)
  const rules = {
    defaultProvider: config.defaultProvider,
    virtual: new Map(Object.entries(config.models).map(([name, model]) => [name, model.targets])),
    groups: new Map(Object.entries(config.models)),
    ...config.routing,
    aliases: aliasesOf(config, providers, clock),
    table: modelTable(config),
  }
  for (const warning of rules.aliases.warnings) log.logger.warn(warning)
  const limiter = limiterOf(config, clock, random)
  const circuits = new Circuits({
    clock,
    random,
    rules: config.breaker,
    onChange: (provider, model, state) => observer.onBreaker?.(provider, model, state),
  })
  const health = new Health({
    clock,
    circuits,
    providers: providers.keys(),
    isProbed: (config.probeMs ?? 0) > 0,
  })
  const observer = together([health, new ExchangeLog(log.logger)])
  const onFault = (fault: unknown): void => log.logger.error({ fault: traceOf(fault) }, 'fault')
  const prober = new Prober({ clock, random, providers, health, everyMs: config.probeMs, onFault })
  const coolDowns = new CoolDowns(clock)
  const barrier = firstBar([
    (target) => circuits.bar(target),
    (target) => coolDowns.bar(target),
    (target) => health.bar(target),
    (target) => limiter.bar(target),
  ])
  const instance = randomUUID()
  const road = pipeline({
    instance,
    clock,
    random,
    providers,
    admit: {
      ...(config.tokenLimits.max === undefined ? {} : { maxTokens: config.tokenLimits.max }),
      ...(config.tokenLimits.min === undefined ? {} : { minTokens: config.tokenLimits.min }),
    },
    route: rules,
    observer,
    framers: { sse: sseFramer, ndjson: ndjsonFramer, eventStream: eventStreamFramer, wholeFrames },
    vitals: new RoadVitals(clock),
    ...(options.models === undefined ? {} : { models: options.models }),
    limiter,
    circuits,
    coolDowns,
    barrier,
    midStream: config.midStream ?? 'continue',
    hedging: config.hedging ?? false,
    singleFlight: config.singleFlight ?? false,
  })
  let door: Door
  try {
    door = await openDoor({
      house: {
        road,
        forward: forwarder({ clock, observer, rules, providers }),
        providers,
        rules,
        clock,
        gate: gate(config.server.proxyApiKey),
        bodyLimit: config.server.bodyLimit,
        forwardLimit: config.server.forwardLimit,
        keepAliveMs: config.server.keepAliveMs,
        packed: packedMessages,
        version: VERSION,
        health,
        gated: config.server.proxyApiKey !== undefined,
        absent: [
          ...config.partial.map(({ name, reason }) => ({ name, status: 'partial' as const, reason })),
          ...(config.disabled ?? []).map((name) => ({ name, status: 'disabled' as const })),
        ],
        load: () => ({ waiting: limiter.waiting, underWay: limiter.underWay }),
        newId: randomUUID,
        instance,
        onFault,
      },
      types: PRESETS.map((preset) => preset.name),
      host: config.server.host,
      port: config.server.port,
      graceMs: config.server.shutdownGraceMs,
    })
  } catch (error) {
    await closeAll(providers, demo)
    log.close()
    throw error
  }
  prober.start()
  return {
    url: door.url,
    port: door.port,
    async close() {
      await door.close()
      limiter.close()
      prober.close()
      await closeAll(providers, demo)
      log.close()
    },
  }
}

function buildProviders(
  config: GatewayConfig,
  demo: Simulator | undefined,
  clock: Clock,
): Map<string, Provider> {
  const configured = demo === undefined ? config.providers : [demoProvider(demo.url)]
  return new Map(configured.map((provider) => [provider.name, build(provider, config, clock)]))
}

function build(provider: ProviderConfig, config: GatewayConfig, clock: Clock): Provider {
  const preset = presetNamed(provider.type)
  if (preset === undefined)
    throw new Error(`Provider type ${provider.type} passed the check of configuration.`)
  const name = provider.dialect ?? preset.dialect
  if (!(name in DIALECTS)) throw new Error(`Dialect ${name} passed the check of configuration.`)
  return buildProvider(
    provider,
    {
      preset,
      // `in` has just shown that the name is one of the keys.
      dialect: DIALECTS[name as keyof typeof DIALECTS],
      clock,
      tools: { clock, fetchText },
      dialectNamed: (other) => Object.values(DIALECTS).find((dialect) => dialect.name === other),
      client: (origin, connectMs, connections) =>
        httpClient({ origin, connectMs, ...(connections === undefined ? {} : { connections }) }),
    },
    config,
  )
}

function limiterOf(config: GatewayConfig, clock: Clock, random: Random): Limiter {
  const limits = new Map(config.providers.map((provider) => [provider.name, provider.limits ?? {}]))
  return new Limiter({ clock, random, rules: config.limits, limitsOf: (name) => limits.get(name) ?? {} })
}

const ALIAS_RULES = { substrings: true, maxChain: 10, cacheMs: 300_000, cacheSize: 1000 }

function aliasesOf(config: GatewayConfig, providers: ReadonlyMap<string, Provider>, clock: Clock): Aliases {
  const own = config.providers.map(({ name, aliases = {} }) => [name, aliases] as const)
  return new Aliases({
    global: config.aliases,
    own: new Map(own),
    known: new Set([...providers.values()].flatMap(({ models }) => models)),
    defaultProvider: effectiveDefault(config.defaultProvider, providers)?.name,
    now: () => clock.now(),
    ...(config.aliasRules ?? ALIAS_RULES),
  })
}

/** The user's own patterns come first. */
function modelTable({ modelTable: own = [] }: GatewayConfig): { match: RegExp; provider: string }[] {
  const known = MODEL_TABLE.map(({ match, type }) => ({ match, provider: type }))
  return [
    ...own.map(({ match, provider }) => ({ match: globbed(match), provider: provider.toLowerCase() })),
    ...known,
  ]
}

function globbed(pattern: string): RegExp {
  const plain = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${plain.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
}

/** The embedded default: the simulator, when nothing is configured. */
function demoProvider(url: string): ProviderConfig {
  return {
    name: 'demo',
    type: 'custom',
    baseUrl: `${url}/v1`,
    apiKeys: [],
    passthrough: false,
    priority: 1,
    timeouts: {},
    headers: {},
    defaultModel: 'demo',
  }
}

async function closeAll(
  providers: ReadonlyMap<string, Provider>,
  demo: Simulator | undefined,
): Promise<void> {
  const clients = [...providers.values()].flatMap(({ client, lister }) => [client, lister?.client])
  await Promise.all(clients.map(async (client) => client?.close()))
  await demo?.close()
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0'
}
