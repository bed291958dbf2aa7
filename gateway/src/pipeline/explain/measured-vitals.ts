/** What recorded traces tell of their targets, for strategies that go by measurements. */

import type { TargetVitals, Vitals } from '../vitals.ts'
import type { RecordedCall } from './recorded.ts'

interface Tally {
  calls: number
  failures: number
  /** Of those that did not fail. */
  totalMs: number
}

export class MeasuredVitals implements Vitals {
  readonly #targets = new Map<string, Tally>()
  readonly #providers = new Map<string, Tally>()
  readonly #now: number

  /** `now`: monotonic milliseconds at which all of it counts as just measured. */
  constructor(calls: Iterable<RecordedCall>, now: number) {
    this.#now = now
    for (const call of calls) {
      add(this.#targets, call.target, call)
      add(this.#providers, call.target.slice(0, call.target.indexOf(':')), call)
    }
  }

  provider(name: string): TargetVitals {
    return this.#of(this.#providers.get(name))
  }

  model(provider: string, model: string): TargetVitals {
    return this.#of(this.#targets.get(`${provider}:${model}`))
  }

  /** What was never measured is no favourite: it counts as seen, and as slower than all others. */
  #of(tally: Tally = NOTHING): TargetVitals {
    const { calls, failures } = tally
    const averageMs = meanOf(tally)
    return {
      pending: 0,
      requests: calls,
      failures,
      firstContentMs: averageMs,
      averageMs,
      slowMs: undefined,
      health: calls === 0 ? 1 : 1 - failures / calls,
      seenAt: this.#now,
      lastUsed: undefined,
    }
  }
}

const NOTHING: Tally = { calls: 0, failures: 0, totalMs: 0 }

function add(tallies: Map<string, Tally>, name: string, { ms, failed }: RecordedCall): void {
  const tally = tallies.get(name) ?? { ...NOTHING }
  tallies.set(name, tally)
  tally.calls++
  if (failed) tally.failures++
  else tally.totalMs += ms
}

function meanOf({ calls, failures, totalMs }: Tally): number | undefined {
  const good = calls - failures
  return good === 0 ? undefined : totalMs / good
}
