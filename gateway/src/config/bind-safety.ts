/** An open gate on an address that others can reach spends somebody's money: refused unless explicitly allowed. */

import { isIPv4 } from 'node:net'
import { placeOf, type Origin } from './origin.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './schema.ts'

export function bindProblems(settings: Settings, origins: ReadonlyMap<string, Origin>): readonly Problem[] {
  const { host = '', allow_open_bind: allowed = false } = settings.server ?? {}
  const gated = settings.proxy_api_key !== undefined || Object.keys(settings.clients ?? {}).length > 0
  if (allowed || gated || isLoopback(host)) return []
  return [
    {
      where: placeOf(origins.get('server.host') ?? { source: 'default' }),
      field: 'server.host',
      message: `"${host}" can be reached from other machines and no gate key is set`,
      suggestion: 'set PROXY_API_KEY, bind 127.0.0.1, or allow it with ALLOW_OPEN_BIND=true',
    },
  ]
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (isIPv4(name)) return name.startsWith('127.')
  return (
    name === '::1' || name === 'localhost' || name.endsWith('.localhost') || name.startsWith('::ffff:127.')
  )
}
