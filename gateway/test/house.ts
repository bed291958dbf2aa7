/** A gateway of one's own for a test: real HTTP on free ports, the simulator as every provider. */

import type { GatewayConfig, ProviderConfig } from '#config'
import type { Clock, Random } from '#core'
import { type Gateway, startGateway } from '#main'
import type { ModelFacts } from '#pipeline'
import { type Simulator, startSimulator } from '#simulator'
import { afterAll, afterEach } from 'vitest'

export interface HouseWish {
  readonly providers: readonly (Partial<ProviderConfig> & { readonly name: string })[]
  readonly config?: Partial<Omit<GatewayConfig, 'providers' | 'server'>>
  readonly server?: Partial<GatewayConfig['server']>
  readonly clock?: Clock
  readonly random?: Random
  readonly models?: ModelFacts
  readonly logTo?: string
}

export const CLOCKS = {
  connectMs: 10_000,
  headersMs: 90_000,
  firstTokenMs: 60_000,
  idleMs: 60_000,
  totalMs: 600_000,
}

export const BREAKER: GatewayConfig['breaker'] = {
  enabled: true,
  failures: 5,
  recoveryMs: 60_000,
  longestMs: 300_000,
  errorRate: 0.5,
  slowMs: 0,
  slowRate: 0.8,
  minimumVolume: 20,
  windowMs: 60_000,
  trials: 3,
  rampUpMs: 30_000,
  perModel: false,
}

/** For tests in which many fail and none of it is about resting. */
export const NO_BREAKER: GatewayConfig['breaker'] = { ...BREAKER, enabled: false }

export function houseConfig(wish: HouseWish): GatewayConfig {
  return {
    server: {
      host: '127.0.0.1',
      port: 0,
      bodyLimit: 32 * 1024 * 1024,
      forwardLimit: 512 * 1024 * 1024,
      shutdownGraceMs: 5000,
      keepAliveMs: 15_000,
      ...wish.server,
    },
    providers: wish.providers.map((provider) => ({
      type: 'custom',
      apiKeys: ['test-key'],
      passthrough: false,
      priority: 1,
      timeouts: {},
      headers: {},
      ...provider,
    })),
    partial: [],
    models: {},
    aliases: {},
    timeouts: CLOCKS,
    maxRetries: 0,
    tokenLimits: {},
    breaker: BREAKER,
    limits: {
      concurrency: 0,
      queue: { size: 1000, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000 },
      adaptive: true,
    },
    logLevel: 'silent',
    warnings: [],
    ...wish.config,
  }
}

/** Opened gateways are closed after each test; the simulator of the file after the last one. */
export function houses(): {
  open(wish: HouseWish): Promise<Gateway>
  simulator(): Promise<Simulator>
} {
  const open: Gateway[] = []
  let simulator: Promise<Simulator> | undefined
  afterEach(async () => {
    await Promise.all(open.splice(0).map((gateway) => gateway.close()))
  })
  afterAll(async () => {
    await (await simulator)?.close()
  })
  return {
    async open(wish) {
      const { clock, random, logTo, models } = wish
      const gateway = await startGateway({
        config: houseConfig(wish),
        ...(clock === undefined ? {} : { clock }),
        ...(random === undefined ? {} : { random }),
        ...(models === undefined ? {} : { models }),
        ...(logTo === undefined ? {} : { logTo }),
      })
      open.push(gateway)
      return gateway
    },
    simulator() {
      simulator ??= startSimulator()
      return simulator
    },
  }
}
