/** What may be ordered about a provider, as a change of the configuration. */

import {
  changedLayer,
  ConfigError,
  type GatewayConfig,
  type Layer,
  type RuntimeChange,
  saidChange,
  saidSettings,
} from '#config'
import { GatewayError, type JsonObject } from '#core'
import { underGuard } from './address-rule.ts'
import type { Order, State } from './config-keeper.ts'
import { persisted } from './persist.ts'

export interface Wish {
  /** Whether it outlives the next reading of the sources. */
  readonly persist: boolean
}

/** Providers there may be; each costs connections and timers. */
const MOST = 1000

/** A new provider, or another in the place of one that is there. */
export function register(name: string, fields: JsonObject, wish: Wish): (state: State) => Order {
  const { problems, ...said } = saidSettings({ providers: { [name]: fields } })
  return (state) => {
    if (problems.length > 0) throw new ConfigError(problems)
    const { settings } = underGuard({ ...said, hidden: [] })
    if (!isKnown(state.config, name) && state.config.providers.length >= MOST)
      throw new GatewayError('invalid-request', `There are ${MOST} providers already.`)
    const told = settings.length > 0 ? settings : [{ ...EMPTY, path: ['providers', name] }]
    return order(state, { hidden: [['providers', name]], settings: told }, name, wish)
  }
}

/** What is said of a provider, to be looked at before anything is done. */
export function saidOf(name: string, fields: JsonObject): Layer {
  return saidSettings({ providers: { [name]: fields } }).settings
}

const EMPTY = { value: {}, origin: { source: 'runtime' } } as const

/** Only what is named changes; null takes a field away. */
export function patch(name: string, fields: JsonObject, wish: Wish): (state: State) => Order {
  return (state) => {
    demand(state.config, name)
    const { problems, ...change } = saidChange(name, fields)
    if (problems.length > 0) throw new ConfigError(problems)
    return order(state, underGuard(change), name, wish)
  }
}

export function remove(name: string, wish: Wish): (state: State) => Order {
  return (state) => {
    demand(state.config, name)
    const isDefault = state.config.configuredDefault === name
    const hidden = [['providers', name], ...(isDefault ? [['default_provider']] : [])]
    const change: RuntimeChange = { hidden, settings: [] }
    return made(state, change, name, wish)
  }
}

export function makeDefault(name: string, wish: Wish): (state: State) => Order {
  return (state) => {
    const { config } = state
    demand(config, name)
    if (!config.providers.some((provider) => provider.name === name))
      throw new GatewayError('invalid-request', `${name} cannot be the default: ${whyNot(config, name)}.`)
    const change = { hidden: [], settings: saidSettings({ default_provider: name }).settings }
    return made(state, change, undefined, wish)
  }
}

function order(state: State, change: RuntimeChange, name: string, wish: Wish): Order {
  return {
    ...made(state, change, name, wish),
    check: ({ config }) => {
      const partial = config.partial.find((one) => one.name === name)
      if (partial === undefined) return
      throw new ConfigError([{ where: 'management', field: `providers.${name}`, message: partial.reason }])
    },
  }
}

function made(
  { runtime: before, sources }: State,
  change: RuntimeChange,
  name: string | undefined,
  { persist }: Wish,
): Order {
  const runtime = changedLayer(before, change, sources)
  return { runtime, ...(persist ? { persist: persisted(lasting(change, runtime, name), name) } : {}) }
}

/** What is to be kept of a provider is all that was said of it: a part of it alone might be none. */
function lasting(change: RuntimeChange, runtime: RuntimeChange, name: string | undefined): RuntimeChange {
  if (name === undefined) return change
  const isIts = ([room, owner]: readonly string[]) => room === 'providers' && owner === name
  return {
    hidden: [...runtime.hidden.filter(isIts), ...change.hidden],
    settings: [
      ...runtime.settings.filter(({ path }) => isIts(path)),
      ...change.settings.filter(({ path }) => !isIts(path)),
    ],
  }
}

/** Throws `not-found`. */
export function demand(config: GatewayConfig, name: string): void {
  if (isKnown(config, name)) return
  const known = namesIn(config)
  const told = known.length === 0 ? 'None is configured.' : `Known: ${known.join(', ')}.`
  throw new GatewayError('not-found', `There is no provider "${name}". ${told}`, { param: 'name' })
}

function isKnown(config: GatewayConfig, name: string): boolean {
  return namesIn(config).includes(name)
}

export function namesIn({ providers, partial, disabled = [] }: GatewayConfig): readonly string[] {
  return [...[...providers, ...partial].map(({ name }) => name), ...disabled]
}

function whyNot({ partial, disabled = [] }: GatewayConfig, name: string): string {
  if (disabled.includes(name)) return 'it is switched off'
  return partial.find((one) => one.name === name)?.reason ?? 'it cannot be used'
}
