/** Which headers go on a call besides the key: the house's, the configured ones, and those of the client that may pass. */

import type { ProviderConfig } from '#config'
import type { Preset } from './preset.ts'
import type { HeaderSource } from './provider.ts'

export interface FixedHeaders {
  readonly list: readonly string[]
  /** Lower-case names set by configuration: nothing may override them. */
  readonly names: ReadonlySet<string>
  /** Preset headers that a forwarded client header replaces. */
  readonly defaults: ReadonlyMap<string, string>
}

export function fixedHeaders(preset: Preset, config: ProviderConfig): FixedHeaders {
  const list = ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'sluice']
  const names = new Set<string>()
  for (const [name, value] of Object.entries(config.headers)) {
    list.push(name, value)
    names.add(name.toLowerCase())
  }
  return { list, names, defaults: new Map(Object.entries(preset.headers ?? {})) }
}

/** Headers whose values are everybody's. */
const HARMLESS = /^(?:accept(?:-.*)?|content-type|user-agent|(?:http-)?referer|x-title|.*-(?:version|beta))$/i

/** Configured values that may be credentials, whole and without the word before them (`Bearer …`). */
export function secretHeaders({ headers }: ProviderConfig): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    HARMLESS.test(name) ? [] : [value.trim()],
  )
  return [...new Set([...values, ...values.map((value) => value.replace(/^\S+\s+/, ''))])]
}

export function forwardHeaders(
  headers: string[],
  { forwards = [], admits }: Preset,
  client: HeaderSource | undefined,
  { defaults, names: taken }: FixedHeaders,
): void {
  for (const name of forwards) {
    const sent = client?.[name]
    const whole = (Array.isArray(sent) ? sent.join(', ') : sent) ?? defaults.get(name)
    const value = whole === undefined ? undefined : admitted(whole, admits?.[name])
    if (value !== undefined && !taken.has(name)) headers.push(name, value)
  }
  for (const [name, value] of defaults) {
    if (!forwards.includes(name) && !taken.has(name)) headers.push(name, value)
  }
}

/** What of a list of values may pass; undefined when nothing. */
function admitted(value: string, pattern: RegExp | undefined): string | undefined {
  if (pattern === undefined) return value
  const kept = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => pattern.test(item))
  return kept.length === 0 ? undefined : kept.join(',')
}
