/** Variables that another system read in its own way (requirements R2, R24): turned into those that say the same here. */

import type { Value, Variables } from './environment.ts'
import { isOn } from './schema-values.ts'
import type { Layer, Setting } from './setting.ts'
import { ANTHROPIC_GATE_VARIABLE, SIZE_OWNER } from './variables.ts'

const GATE = 'PROXY_API_KEY'
const FOREIGN_GATE = 'ANTHROPIC_API_KEY'

export interface Pair {
  readonly environment: Variables
  readonly dotenv: Variables
}

/** Where the switch is on, the key that elsewhere is Anthropic's own is the one that clients have to show. */
export function gateByForeignKey(
  sources: Pair,
  files: Layer,
): Pair & { readonly warnings: readonly string[] } {
  const { environment, dotenv } = sources
  const said =
    environment.get(ANTHROPIC_GATE_VARIABLE)?.value ??
    dotenv.get(ANTHROPIC_GATE_VARIABLE)?.value ??
    files.find(({ path }) => path.length === 1 && path[0] === ANTHROPIC_GATE_VARIABLE.toLowerCase())?.value
  if (!isOn(said)) return { ...sources, warnings: [] }
  const isGated = [environment, dotenv].some((variables) => (variables.get(GATE)?.value ?? '') !== '')
  const moved = (variables: Variables): Variables => {
    const key = variables.get(FOREIGN_GATE)
    const rest = [...variables].filter(([name]) => name !== FOREIGN_GATE)
    const gate: readonly (readonly [string, Value])[] = key === undefined || isGated ? [] : [[GATE, key]]
    return new Map([...rest, ...gate])
  }
  const warnings = [
    isGated
      ? `${ANTHROPIC_GATE_VARIABLE} is on, but ${GATE} is the gate key; ${FOREIGN_GATE} is not used`
      : `${ANTHROPIC_GATE_VARIABLE} is on: ${FOREIGN_GATE} is the key that clients must show, and no provider's; rename it to ${GATE}`,
  ]
  return { environment: moved(environment), dotenv: moved(dotenv), warnings }
}

/** One account at another house than its own, and a version that bears the other house's name: they belong together. */
export function foreignVersion(layer: Layer, variables: Variables, names: readonly string[]): Layer {
  const version = variables.get('AZURE_API_VERSION')
  const isMeant = names.includes(SIZE_OWNER) && !names.some((name) => name.startsWith('azure'))
  const field = (last: string) => layer.find(({ path }) => path[1] === SIZE_OWNER && path[2] === last)
  const hasUrl = field('base_url') !== undefined
  if (!isMeant || !hasUrl || field('api_version') !== undefined) return layer
  const { value = '', name = '', file } = version ?? {}
  if (value === '') return layer
  const source =
    layer.find(({ origin }) => origin.source === 'environment') === undefined ? '.env' : 'environment'
  const origin = { source, name, ...(file === undefined ? {} : { file }) } as const
  const setting: Setting = { path: ['providers', SIZE_OWNER, 'api_version'], value, origin }
  return [...layer, setting]
}

/**
 * The variables that may bring a provider into being: not those that a file uses for one of its own, and not the old single
 * account where a file of providers has taken its place. `passed`: those of which the warnings tell.
 */
export function founding(
  variables: Variables,
  asked: ReadonlySet<string>,
  lists: Layer,
  named: ReadonlySet<string>,
): {
  readonly variables: Variables
  readonly passed: readonly string[]
  readonly warnings: readonly string[]
} {
  const spoken = new Set([...asked].map((name) => name.toUpperCase()))
  const free = [...variables].filter(([name]) => !spoken.has(name))
  const [list] = lists.filter(({ path }) => path[0] === 'providers')
  const old = `${SIZE_OWNER.toUpperCase()}_API_KEY`
  const isStray = list !== undefined && !named.has(SIZE_OWNER) && free.some(([name]) => name === old)
  if (!isStray) return { variables: new Map(free), passed: [], warnings: [] }
  return {
    variables: new Map(free.filter(([name]) => name !== old)),
    passed: [old],
    warnings: [`${old}: makes no provider, because ${list.origin.name ?? 'a file'} says which there are`],
  }
}
