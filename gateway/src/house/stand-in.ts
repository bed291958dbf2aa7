/** The embedded default: the simulator answers as `demo` while no provider is configured. */

import type { GatewayConfig, ProviderConfig } from '#config'

export interface StandIn {
  readonly provider: ProviderConfig
  close(): Promise<void>
}

/** Where providers were switched off, nobody is to answer in their place. */
export function needsStandIn({ providers, disabled = [] }: GatewayConfig): boolean {
  return providers.length + disabled.length === 0
}

export async function startStandIn(): Promise<StandIn> {
  // Not loaded where there are providers.
  const { startSimulator } = await import('#simulator')
  const simulator = await startSimulator()
  return {
    provider: demoProvider(simulator.url),
    close: () => simulator.close(),
  }
}

export function demoProvider(url: string): ProviderConfig {
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
