/** The only file that knows everybody: configuration in, house built, door opened. */

import { readFileSync } from 'node:fs'
import type { GatewayConfig } from '#config'
import type { Clock, Random } from '#core'
import { furnish, type Interior, remember, startStandIn } from '#house'
import { openLog } from '#observe'
import type { ModelFacts } from '#pipeline'
import { PRESETS } from '#providers'
import { type Door, openDoor } from '#server'
import { systemClock } from '#transport'

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
  /**
   * Takes another configuration for all requests that come from now on; those that run keep theirs. Throws `invalid-request`
   * when it cannot be built, and nothing has changed then. Where the gateway listens stays as it is.
   */
  configure(config: GatewayConfig): Promise<void>
  /** Lets running answers end, then closes everything. */
  close(): Promise<void>
}

export const VERSION: string = readVersion()

/** Throws GatewayError when a provider cannot be built, and the system's error when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, logTo, clock = systemClock, random = Math.random, models } = options
  const log = openLog(config.logLevel, logTo)
  const memory = remember(config, { clock, random, logger: log.logger })
  let standIn = config.providers.length === 0 ? await startStandIn() : undefined
  const interiorOf = (next: GatewayConfig, before?: Interior): Interior =>
    furnish({ config: next, memory, version: VERSION, standIn: standIn?.provider, models }, before)

  let current = interiorOf(config)
  let door: Door
  try {
    door = await openDoor({
      house: current.house,
      types: PRESETS.map((preset) => preset.name),
      host: config.server.host,
      port: config.server.port,
      graceMs: config.server.shutdownGraceMs,
    })
  } catch (error) {
    await current.accounts.close()
    await standIn?.close()
    log.close()
    throw error
  }
  current.prober.start()
  return {
    url: door.url,
    port: door.port,
    async configure(next) {
      if (next.providers.length === 0) standIn ??= await startStandIn()
      const before = current
      current = interiorOf(next, before)
      log.logger.level = next.logLevel
      before.prober.close()
      current.prober.start((provider) => before.accounts.providers.get(provider.name) === provider)
      door.change(current.house, () => void before.accounts.close().catch(memory.onFault))
    },
    async close() {
      await door.close()
      memory.limiter.close()
      current.prober.close()
      await current.accounts.close()
      await standIn?.close()
      log.close()
    },
  }
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0'
}
