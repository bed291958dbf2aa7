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
export class StuckCircuits extends Circuits {
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

/** Forgets to give back the slot of who left. */
export class LeakyLimiter extends Limiter {
  override tryTake(ask: Parameters<Limiter['tryTake']>[0]) {
    const lease = super.tryTake(ask)
    if (lease === undefined) return undefined
    return {
      ...lease,
      release: () => {
        if (!ask.cancellation.cancelled) lease.release()
      },
    }
  }
}
