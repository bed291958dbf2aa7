/** A gateway before two providers that hold what they are asked, on a clock that stands: for the rows on limits and the line. */

import type { GatewayConfig } from '#config'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { Holder } from './holder.ts'
import { type Reply, type Row, rows, type RowWish, type Upstream } from './row.ts'

export const PATH = '/v1/chat/completions'

type Queue = Partial<GatewayConfig['limits']['queue']>

export interface Stage {
  readonly row: Row
  readonly clock: VirtualClock
  readonly oa: Holder
  readonly an: Holder
  readonly ask: (model: string, headers?: Record<string, string>) => Promise<Reply>
  /** Models that reached the provider, in that order. */
  readonly seen: (upstream: Upstream) => (string | undefined)[]
}

async function stage(
  open: ReturnType<typeof rows>,
  limits: Partial<Omit<GatewayConfig['limits'], 'queue'>> & { queue?: Queue } = {},
  providers: RowWish['providers'] = {},
  config: RowWish['config'] = {},
): Promise<Stage> {
  const clock = new VirtualClock()
  const oa = new Holder()
  const an = new Holder()
  const row = await open(
    { oa: oa.script, an: an.script },
    {
      clock,
      random: () => 0.5,
      providers,
      config: {
        ...config,
        limits: {
          concurrency: 0,
          adaptive: true,
          ...limits,
          queue: { size: 1000, timeoutMs: 300_000, prioritization: true, ageingMs: 30_000, ...limits.queue },
        },
      },
    },
  )
  await eventually(() => !clock.waits.includes(10_000), 'the probes are over')
  return {
    row,
    clock,
    oa,
    an,
    ask: (model, headers = {}) =>
      row.post(PATH, { model, messages: [{ role: 'user', content: 'Hi' }] }, headers),
    seen: (upstream) => row.calls(upstream).map(({ body }) => /"model":"([^"]*)"/.exec(body)?.[1]),
  }
}

/** The line is looked at from outside, by its length. */
export async function waiting({ clock }: Stage, count: number): Promise<void> {
  await eventually(
    () => clock.waits.filter((ms) => ms === 300_000).length === count,
    `${count} requests wait in the line`,
  )
}

export const at = (count: number, holder: Holder) =>
  eventually(() => holder.holding === count, `${count} are asked`)

/** One slot, taken; then these wait, in this order. */
export async function lined(
  here: Stage,
  requests: readonly [model: string, priority: string][],
): Promise<Promise<Reply>[]> {
  const asked = [here.ask('oa:first')]
  await at(1, here.oa)
  for (const [i, [model, priority]] of requests.entries()) {
    asked.push(here.ask(`oa:${model}`, { 'x-priority': priority }))
    await waiting(here, i + 1)
  }
  return asked
}

export async function drain(here: Stage, asked: readonly Promise<Reply>[]): Promise<void> {
  for (let i = 0; i < asked.length; i++) {
    await at(1, here.oa)
    here.oa.release()
  }
  await Promise.all(asked)
}

/** Nothing but the line's own clock runs. */
export const TIMELESS = { headersMs: 0, firstTokenMs: 0, idleMs: 0, totalMs: 0 }
export const ONE = { oa: { limits: { concurrency: 1 }, timeouts: TIMELESS } }
export const rate = (limits: object) => ({ oa: { limits, timeouts: TIMELESS } })

type Limits = Parameters<typeof stage>[1]

/** Once per test file. */
export function limitStages() {
  const open = rows()
  return (limits?: Limits, providers?: RowWish['providers'], config?: RowWish['config']) =>
    stage(open, limits, providers, config)
}
