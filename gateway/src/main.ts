/** The only file that knows everybody: configuration in, house built, door opened. */

import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { GatewayConfig, ProviderConfig } from '#config'
import { asGatewayError, type Clock, type Random } from '#core'
import { DIALECTS } from '#dialects'
import { ExchangeLog, HouseHealth, openLog, together, traceOf } from '#observe'
import { fetchJson, pipeline } from '#pipeline'
import { buildProvider, presetNamed, PRESETS, type Provider } from '#providers'
import { type Door, gate, openDoor } from '#server'
import { type Simulator, startSimulator } from '#simulator'
import { httpClient, ndjsonFramer, sseFramer, systemClock, wholeFrames } from '#transport'

export interface GatewayOptions {
  readonly config: GatewayConfig
  /** Where log lines go: a file descriptor or a path. Default standard error. */
  readonly logTo?: string | number
  /** Time and chance; the real ones unless a test hands in its own. */
  readonly clock?: Clock
  readonly random?: Random
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
  const providers = buildProviders(config, demo)
  const log = openLog(config.logLevel, logTo)
  const health = new HouseHealth(clock, providers.keys())
  const rules = {
    defaultProvider: config.defaultProvider,
    virtual: new Map(Object.entries(config.models).map(([name, model]) => [name, model.targets])),
  }
  const road = pipeline({
    clock,
    random,
    providers,
    admit: {
      ...(config.tokenLimits.max === undefined ? {} : { maxTokens: config.tokenLimits.max }),
      ...(config.tokenLimits.min === undefined ? {} : { minTokens: config.tokenLimits.min }),
    },
    route: rules,
    observer: together([health, new ExchangeLog(log.logger)]),
    framers: { sse: sseFramer, ndjson: ndjsonFramer, wholeFrames },
  })
  let door: Door
  try {
    door = await openDoor({
      house: {
        road,
        providers,
        rules,
        clock,
        gate: gate(config.server.proxyApiKey),
        bodyLimit: config.server.bodyLimit,
        keepAliveMs: config.server.keepAliveMs,
        version: VERSION,
        health,
        newId: randomUUID,
        onFault: (fault) => log.logger.error({ fault: traceOf(fault) }, 'fault'),
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
  for (const provider of providers.values()) void probe(provider, health, clock)
  return {
    url: door.url,
    port: door.port,
    async close() {
      await door.close()
      await closeAll(providers, demo)
      log.close()
    },
  }
}

function buildProviders(config: GatewayConfig, demo: Simulator | undefined): Map<string, Provider> {
  const configured = demo === undefined ? config.providers : [demoProvider(demo.url)]
  return new Map(configured.map((provider) => [provider.name, build(provider, config)]))
}

function build(provider: ProviderConfig, config: GatewayConfig): Provider {
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
      client: (origin, connectMs, connections) =>
        httpClient({ origin, connectMs, ...(connections === undefined ? {} : { connections }) }),
    },
    config,
  )
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

/** Lists models once: cheap, and enough to know whether somebody is at home. */
async function probe(provider: Provider, health: HouseHealth, clock: Clock): Promise<void> {
  if (provider.passthrough) return
  try {
    await fetchJson(provider, { method: 'GET', path: provider.dialect.models.path, limitMs: 10_000 }, clock)
    health.onProbe(provider.name, undefined)
  } catch (thrown) {
    health.onProbe(provider.name, asGatewayError(thrown))
  }
}

async function closeAll(
  providers: ReadonlyMap<string, Provider>,
  demo: Simulator | undefined,
): Promise<void> {
  await Promise.all([...providers.values()].map((provider) => provider.client.close()))
  await demo?.close()
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0'
}
