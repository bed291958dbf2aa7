/** The ports to listen on: those of the list, and before them the single one, unless nobody has said that. */

import type { Origin } from './origin.ts'
import type { Settings } from './schema.ts'

type Origins = ReadonlyMap<string, Origin>

/** Never empty, each once. */
export function portsOf(
  { server: { port = 0, ports = [] } = {} }: Settings,
  origins: Origins,
): readonly number[] {
  return [...new Set(ports.length === 0 || isSaid('server.port', origins) ? [port, ...ports] : ports)]
}

/** Which setting a port of ours comes from. */
export function originOfPort(port: number, settings: Settings, origins: Origins): Origin {
  const field = settings.server?.ports?.includes(port) === true ? 'server.ports' : 'server.port'
  return origins.get(field) ?? { source: 'default' }
}

function isSaid(field: string, origins: Origins): boolean {
  const { source } = origins.get(field) ?? { source: 'default' }
  return source !== 'default'
}
