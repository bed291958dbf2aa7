/** Bad days of a provider, as scripts for the simulator: what the first of two does in the time of trouble. */

import type { Spell } from './upstreams.ts'

export interface Scenario {
  readonly name: string
  /** What the first provider does: before, while and after. */
  readonly spells: readonly Spell[]
}

const TEXT = 'A short answer of a dozen words or so, which is enough here.'
export const WELL = { kind: 'answer', text: TEXT, firstTokenDelayMs: 50 } as const

/** Seconds of calm before and after. */
const CALM = 5
const TROUBLE = 15

/** One answer in ten is an error, and which ones is the same in every run. */
const ONE_IN_TEN = Array.from({ length: 4000 }, (_, i) =>
  (i * 2_654_435_761) % 4_294_967_296 < 429_496_730 ? { kind: 'status', status: 500 } : WELL,
)

export const SCENARIOS: readonly Scenario[] = [
  { name: 'no trouble', spells: [{ seconds: 2 * CALM + TROUBLE, script: WELL }] },
  { name: '10 % errors', spells: [{ seconds: 2 * CALM + TROUBLE, script: ONE_IN_TEN }] },
  { name: 'a stall wave', spells: around({ ...WELL, stallAfter: 0 }) },
  { name: 'streams cut in the middle', spells: around({ ...WELL, cutAfter: 4 }) },
  {
    name: 'a 429 wave, told to wait 2 s',
    spells: around({ kind: 'status', status: 429, headers: { 'retry-after': '2' } }),
  },
  {
    name: 'one provider dead',
    spells: [{ seconds: 2 * CALM + TROUBLE, script: { kind: 'reset', when: 'on-connect' } }],
  },
]

function around(script: object): readonly Spell[] {
  return [
    { seconds: CALM, script: WELL },
    { seconds: TROUBLE, script },
    { seconds: CALM, script: WELL },
  ]
}
