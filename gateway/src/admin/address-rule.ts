/** Whether providers may have the addresses that management is told. Asked before anything changes, and again at each connection. */

import { ConfigError, guardedLayer, liftedGuards, type SaidAddress, saidAddresses } from '#config'
import type { Clock, GatewayError } from '#core'
import type { State } from './config-keeper.ts'

type Layer = ReturnType<typeof guardedLayer>

/** Why nobody may be at this URL who was told through the API; undefined where somebody may. */
export type AddressRefusal = (url: string, allowed: readonly string[]) => Promise<GatewayError | undefined>

/** A name server that says nothing in this time is not waited for. */
const LONGEST_MS = 2000

export class AddressRule {
  readonly #refusal: AddressRefusal
  readonly #clock: Clock

  constructor(refusal: AddressRefusal, clock: Clock) {
    this.#refusal = refusal
    this.#clock = clock
  }

  /** Throws `ConfigError` with every address among these settings that may not be. */
  async demand(layer: Layer, { sources, config }: State): Promise<void> {
    const allowed = config.server.upstreamAllow ?? []
    const said = saidAddresses(layer, sources.lookUp)
    const faults = await Promise.all(said.map((one) => this.#fault(one, allowed)))
    const problems = said.flatMap(({ field }, index) => {
      const message = faults[index]?.message
      return message === undefined ? [] : [{ where: 'management', field, message }]
    })
    if (problems.length > 0) throw new ConfigError(problems)
  }

  #fault({ url }: SaidAddress, allowed: readonly string[]): Promise<GatewayError | undefined> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.timer(LONGEST_MS, () => resolve(undefined))
      this.#refusal(url, allowed)
        .then(resolve, reject)
        .finally(() => timer.cancel())
    })
  }
}

/** What is said, with its marks; throws `ConfigError` where somebody would take one away. */
export function underGuard<Said extends { readonly settings: Layer; readonly hidden: readonly Path[] }>(
  said: Said,
): Said {
  const [field] = liftedGuards(said.settings, said.hidden)
  if (field === undefined) return { ...said, settings: guardedLayer(said.settings) }
  const message = 'is not taken away through management'
  throw new ConfigError([
    {
      where: 'management',
      field,
      message,
      suggestion: 'say so in a file, by hand, or name networks in UPSTREAM_ALLOW',
    },
  ])
}

type Path = Layer[number]['path']
