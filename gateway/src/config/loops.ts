/** A provider that is this gateway itself would be asked without end (requirement R22): refused at start. */

import { isIP } from 'node:net'
import type { PresetFacts } from '#providers'
import type { ProviderConfig } from './config.ts'
import { placeOf, type Origin } from './origin.ts'
import { originOfPort, portsOf } from './ports.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './schema.ts'
import { fieldName } from './setting.ts'

export function loopProblems(
  settings: Settings,
  providers: readonly ProviderConfig[],
  presets: readonly PresetFacts[],
  origins: ReadonlyMap<string, Origin>,
): readonly Problem[] {
  const { host = '' } = settings.server ?? {}
  const ports = portsOf(settings, origins)
  return providers.flatMap(({ name, type, baseUrl }) => {
    const text = baseUrl ?? presets.find((preset) => preset.name === type)?.baseUrl
    const url = text === undefined ? null : URL.parse(text)
    if (url === null || !ports.includes(portOf(url)) || !isHere(bare(url.hostname), bare(host))) return []
    const field = fieldName(['providers', name, 'base_url'])
    return [
      {
        where: placeOf(origins.get(field) ?? { source: 'default' }),
        field,
        message: `${url.origin} is this gateway itself (${placeOf(originOfPort(portOf(url), settings, origins))})`,
        suggestion: 'give the gateway another port',
      },
    ]
  })
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::', ''])

/** Whether a connection to `asked` may end at a listener on `bound`. */
function isHere(asked: string, bound: string): boolean {
  if (asked === bound || EVERYWHERE.has(asked)) return true
  const isLocal = asked === 'localhost' || asked === '::1' || (isIP(asked) === 4 && asked.startsWith('127.'))
  if (!isLocal) return false
  // Only the machine's usual address is meant by its name.
  return (
    EVERYWHERE.has(bound) ||
    (asked === 'localhost' && (bound === '127.0.0.1' || bound === '::1')) ||
    bound === 'localhost'
  )
}
