/** Bugs on purpose, to see that they would be found. */

import type { ChatEvent } from '#core'
import { Circuits, Limiter } from '#pipeline'

export const PLANTS = [
  'slot-leak',
  'late-timer',
  'double-end',
  'double-answer',
  'lost-words',
  'unfinished-success',
  'budget-ignored',
  'stuck-breaker',
  'time-unaccounted',
  'double-release',
  'lost-wake-up',
  'trial-kept',
  'usage-twice',
] as const

export type Plant = (typeof PLANTS)[number]

export function isPlant(word: string): word is Plant {
  return PLANTS.some((plant) => plant === word)
}

/** What a planted bug makes of what a client hears. */
export function spoilt(events: readonly ChatEvent[], plant: Plant | undefined): readonly ChatEvent[] {
  switch (plant) {
    case 'lost-words':
      // A piece that holds several words loses all but its first.
      return events.length > 2 ? events.slice(0, 1) : events
    case 'double-answer':
      return events.some(({ type }) => type === 'finish') ? [...events, ...events] : events
    case 'unfinished-success':
      return events.filter(({ type }) => type !== 'finish')
    default:
      return events
  }
}

/** A circuit that never hears of anything good. */
class StuckCircuits extends Circuits {
  override of(...asked: Parameters<Circuits['of']>) {
    const circuit = super.of(...asked)
    const enter = circuit.enter.bind(circuit)
    circuit.enter = () => {
      const pass = enter()
      return pass && { ...pass, over: (outcome) => pass.over(outcome === 'good' ? 'neutral' : outcome) }
    }
    return circuit
  }
}

/** A circuit that waits for ever for a trial whose client has left. */
class PatientCircuits extends Circuits {
  override of(...asked: Parameters<Circuits['of']>) {
    const circuit = super.of(...asked)
    const enter = circuit.enter.bind(circuit)
    circuit.enter = () => {
      const pass = enter()
      return pass && { ...pass, over: (outcome, slow) => outcome === 'neutral' || pass.over(outcome, slow) }
    }
    return circuit
  }
}

/** Gives each place at a provider back twice, or tells nobody when one is given back. */
class ForgetfulLimiter extends Limiter {
  forgets: 'double-release' | 'lost-wake-up' | undefined
  readonly #seen = new WeakSet<object>()

  override gatesOf(provider: string) {
    const gates = super.gatesOf(provider)
    if (this.forgets === undefined || this.#seen.has(gates)) return gates
    this.#seen.add(gates)
    const [giveBack, full] = [gates.giveBack.bind(gates), gates.full.bind(gates)]
    let asleep = false
    gates.full = (model) => asleep || full(model)
    gates.giveBack = (slots) => {
      giveBack(slots)
      if (this.forgets === 'double-release') giveBack(slots)
      asleep = this.forgets === 'lost-wake-up'
      setImmediate(() => (asleep = false))
    }
    return gates
  }
}

/** Forgets to give back every tenth slot. */
class LeakyLimiter extends Limiter {
  #given = 0

  override tryTake(place: Parameters<Limiter['tryTake']>[0]) {
    const lease = super.tryTake(place)
    if (lease === undefined) return undefined
    const release = lease.release.bind(lease)
    lease.release = () => {
      if (++this.#given % 10 > 0) release()
    }
    return lease
  }
}

export function limiterWith(
  plant: Plant | undefined,
  parts: ConstructorParameters<typeof Limiter>[0],
): Limiter {
  if (plant === 'slot-leak') return new LeakyLimiter(parts)
  if (plant !== 'double-release' && plant !== 'lost-wake-up') return new Limiter(parts)
  const limiter = new ForgetfulLimiter(parts)
  limiter.forgets = plant
  return limiter
}

export function circuitsWith(
  plant: Plant | undefined,
  parts: ConstructorParameters<typeof Circuits>[0],
): Circuits {
  if (plant === 'stuck-breaker') return new StuckCircuits(parts)
  return plant === 'trial-kept' ? new PatientCircuits(parts) : new Circuits(parts)
}
