/** The only file that knows everybody: configuration in, house built, door opened. */

import { readFileSync } from 'node:fs'
import { type ConfigSources, openManagement } from '#admin'
import type { GatewayConfig } from '#config'
import type { Clock, GatewayError, Random } from '#core'
import { dryHouse, type DryHouse, furnish, type Interior, needsStandIn, remember, startStandIn } from '#house'
import { openLog } from '#observe'
import type { ModelFacts } from '#pipeline'
import { PRESETS } from '#providers'
import { type Door, openDoor } from '#server'
import { addressGuard, refusalNow, systemClock } from '#transport'

export { systemClock } from '#transport'

export { recorded, type RecordedTrace, type ReplayReport } from '#house'

export type { AnswerEvent, Asked, AskedChange, HookedCall, MakeMiddleware, Middleware } from '#plugins'
export type { Preset as ProviderType } from '#providers'

export interface GatewayOptions {
  readonly config: GatewayConfig
  /** Where it was read: with them it can be read again, and managed while the gateway runs. */
  readonly sources?: ConfigSources
  /** Where log lines go: a file descriptor or a path. Default standard error. */
  readonly logTo?: string | number
  /** Time and chance; the real ones unless a test hands in its own. */
  readonly clock?: Clock
  readonly random?: Random
  /** Prices, windows and abilities of models, as far as anybody knows them. */
  readonly models?: ModelFacts
}

export interface Gateway {
  /** Of the first port. */
  readonly url: string
  readonly port: number
  /** One for each port. */
  readonly urls: readonly string[]
  /**
   * Takes another configuration for all requests that come from now on; those that run keep theirs. Throws `invalid-request`
   * when it cannot be built, and nothing has changed then. Where the gateway listens stays as it is.
   */
  configure(config: GatewayConfig): Promise<void>
  /** Reads its sources again. What comes of it stands in the log, with `who` said so; a broken file changes nothing. */
  reload(who: string): Promise<void>
  /** Lets running answers end, then closes everything. */
  close(): Promise<void>
}

export const VERSION: string = readVersion()

/** Throws GatewayError when a provider cannot be built, and the system's error when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, logTo, clock = systemClock, random = Math.random, models } = options
  const log = openLog(config.logLevel, logTo)
  const memory = remember(config, { clock, random, logger: log.logger })
  let standIn = needsStandIn(config) ? await startStandIn() : undefined
  const { addRoutes: addManagement, ...management } = openManagement({
    sources: options.sources,
    config,
    running: () => current.config,
    apply: configure,
    refusal: addressRefusal,
    logger: log.logger,
    clock,
  })
  const interiorOf = (next: GatewayConfig, before?: Interior): Promise<Interior> =>
    furnish(
      { config: next, memory, version: VERSION, standIn: standIn?.provider, models, addManagement },
      before,
    )

  const putAway = async (): Promise<void> => {
    await management.close()
    await standIn?.close()
    await log.close()
  }
  let current = await interiorOf(config).catch(async (error: unknown) => {
    await putAway()
    throw error
  })
  let door: Door
  try {
    door = await openDoor({
      house: current.house,
      types: [...PRESETS, ...current.plugins.types].map((preset) => preset.name),
      host: config.server.host,
      ports: config.server.ports ?? [config.server.port],
      graceMs: config.server.shutdownGraceMs,
      patience: config.server,
    })
  } catch (error) {
    await current.close()
    await putAway()
    throw error
  }
  current.prober.start()
  const take = async (next: GatewayConfig): Promise<void> => {
    if (needsStandIn(next)) standIn ??= await startStandIn()
    const before = current
    current = await interiorOf(next, before)
    log.logger.level = next.logLevel
    before.prober.close()
    current.prober.start((provider) => before.accounts.providers.get(provider.name) === provider)
    door.change(current.house, () => void before.close().catch(memory.onFault))
  }
  const takeAfter = async (earlier: Promise<void>, next: GatewayConfig): Promise<void> => {
    await earlier
    await take(next)
  }
  /** One after the other: each follows the one before it. */
  let changing: Promise<void> = Promise.resolve()
  function configure(next: GatewayConfig): Promise<void> {
    const change = takeAfter(changing, next)
    changing = change.catch(() => {})
    return change
  }
  return {
    url: door.urls[0] ?? '',
    urls: door.urls,
    port: door.ports[0] ?? 0,
    configure,
    reload: (who) => management.reload(who),
    async close() {
      await management.close()
      await changing
      await door.close()
      memory.limiter.close()
      await memory.traces.close()
      current.prober.close()
      await current.close()
      await putAway()
    },
  }
}

/** Where requests would go under a configuration, without a door and without a call. */
export function rehearse(config: GatewayConfig): Promise<DryHouse> {
  return dryHouse(config, systemClock)
}

/** Of an address that came in through the API. What is no URL is told elsewhere. */
async function addressRefusal(url: string, allowed: readonly string[]): Promise<GatewayError | undefined> {
  const host = URL.parse(url)?.hostname
  return host === undefined ? undefined : refusalNow(addressGuard({ strict: true, allowed }), host)
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0'
}
