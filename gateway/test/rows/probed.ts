/** A gateway before providers that are probed every minute, and whose lists and answers fail apart from one another. */

import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import { VirtualClock } from '../virtual-clock.ts'
import { eventually } from './client-dialects.ts'
import { HI, PATH } from './patient.ts'
import { rows, type RowWish, textAnswer, type Upstream } from './row.ts'

export const DEAD = { baseUrl: 'http://127.0.0.1:9' }

/** A provider whose list and whose answers fail apart from one another. */
class Sick {
  list: ScriptedAnswer | Promise<ScriptedAnswer> = textAnswer()
  answer: ScriptedAnswer = textAnswer()
  readonly script = ({ method }: RecordedRequest) => (method === 'GET' ? this.list : this.answer)
}

/** The lot makes no probe early. */
async function stage(
  open: ReturnType<typeof rows>,
  wish: RowWish = {},
  upstreams: readonly Upstream[] = ['oa', 'an'],
) {
  const clock = new VirtualClock()
  const patients = new Map(upstreams.map((upstream) => [upstream, new Sick()]))
  const scripts = Object.fromEntries([...patients].map(([upstream, patient]) => [upstream, patient.script]))
  const both = { targets: ['oa:m', 'an:m'], strategy: 'priority' as const }
  const row = await open(scripts, {
    clock,
    random: () => 0,
    ...wish,
    config: { defaultProvider: upstreams[0] ?? '', probeMs: 60_000, models: { both }, ...wish.config },
  })
  const probes = (upstream: Upstream) => row.everything(upstream).filter(({ method }) => method === 'GET')
  const heard = () =>
    eventually(() => !clock.waits.some((ms) => ms === 10_000 || ms === 5000), 'the probes are over')
  const of = (upstream: Upstream) => patients.get(upstream) ?? new Sick()
  await heard()
  return {
    row,
    clock,
    oa: of('oa'),
    an: of('an'),
    of,
    probes,
    heard,
    health: async (name: string) => (await row.ask(`/health/providers/${name}`)).json,
    round: async () => {
      clock.advance(60_000)
      await heard()
    },
    served: async (model = 'both') =>
      (await row.post(PATH, { model, messages: HI })).headers.get('x-provider'),
  }
}

/** Once per test file. */
export function probedStages() {
  const open = rows()
  return (wish?: RowWish, upstreams?: readonly Upstream[]) => stage(open, wish, upstreams)
}
