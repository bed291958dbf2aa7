/** A gateway before one provider whose answer can be changed while it runs, for the rows on resting. */

import type { GatewayConfig } from '#config'
import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import { BREAKER } from '../house.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { type Reply, type Row, rows, type RowWish, type Scripts, textAnswer, type Upstream } from './row.ts'

export const PATH = '/v1/chat/completions'
export const HI = [{ role: 'user', content: 'Hi' }]
export const OK = textAnswer()
export const BROKEN = { kind: 'status', status: 500 } as const

/** No rate is learned from refusals, so that nobody waits in a line. */
const CALM: GatewayConfig['limits'] = {
  concurrency: 0,
  adaptive: false,
  queue: { size: 1000, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000 },
}

/** A provider whose answer can be changed while it runs. Its list is always there. */
export class Patient {
  answer: ScriptedAnswer | ((request: RecordedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>) = OK
  readonly script = (request: RecordedRequest): ScriptedAnswer | Promise<ScriptedAnswer> => {
    if (request.method === 'GET') return OK
    return typeof this.answer === 'function' ? this.answer(request) : this.answer
  }
}

export interface Stage {
  readonly row: Row
  readonly clock: VirtualClock
  readonly oa: Patient
  ask(model?: string, headers?: Record<string, string>): Promise<Reply>
  /** So many times, one after the other; the statuses. */
  many(times: number, model?: string): Promise<number[]>
  /** Requests for an answer that have reached the provider. */
  count(upstream?: Upstream): number
  state(upstream?: Upstream): Promise<unknown>
}

export type Breaker = Partial<GatewayConfig['breaker']>

async function stage(
  open: ReturnType<typeof rows>,
  breaker: Breaker = {},
  more: Scripts = {},
  wish: RowWish = {},
): Promise<Stage> {
  const clock = new VirtualClock()
  const oa = new Patient()
  const row = await open(
    { oa: oa.script, ...more },
    {
      clock,
      random: () => 0.5,
      ...wish,
      config: { defaultProvider: 'oa', limits: CALM, breaker: { ...BREAKER, ...breaker }, ...wish.config },
    },
  )
  const ask = (model = 'm', headers: Record<string, string> = {}) =>
    row.post(PATH, { model, messages: HI }, headers)
  return {
    row,
    clock,
    oa,
    ask,
    async many(times, model) {
      const statuses: number[] = []
      for (let i = 0; i < times; i++) statuses.push((await ask(model)).status)
      return statuses
    },
    count: (upstream = 'oa') => row.calls(upstream).length,
    async state(upstream = 'oa') {
      const { json } = await row.ask(`/health/providers/${upstream}`)
      return json['circuit_breaker']
    },
  }
}

/** Once per test file. */
export function stages() {
  const open = rows()
  const fresh = (breaker?: Breaker, more?: Scripts, wish?: RowWish) => stage(open, breaker, more, wish)
  return {
    stage: fresh,
    /** The circuit has just opened. */
    opened: async (breaker: Breaker = {}, more?: Scripts, wish?: RowWish) => {
      const here = await fresh(breaker, more, wish)
      here.oa.answer = BROKEN
      await here.many(breaker.failures ?? 5, 'oa:m')
      return here
    },
  }
}
