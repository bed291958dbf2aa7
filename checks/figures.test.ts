/** Figures that nobody can set and that the pages tell in their sentences: each sentence is built from the code's own constant. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const PAGES = {
  resilience: 'docs/guide/resilience.md',
  routing: 'docs/guide/routing.md',
  endpoints: 'docs/guide/endpoints.md',
  explain: 'docs/guide/explain.md',
  configuration: 'docs/reference/configuration.md',
} as const

interface Figure {
  readonly page: keyof typeof PAGES
  /** Under `gateway/src`. */
  readonly file: string
  readonly name: string
  readonly says: (value: number) => string
}

const COUNTS = 'no one two three four five six seven eight nine ten'.split(' ')
const words = (count: number) => COUNTS[count] ?? (count === 100 ? 'hundred' : String(count))
const seconds = (ms: number) => `${words(ms / 1000)} seconds`
const minutes = (ms: number) => (ms === 60_000 ? 'a minute' : `${words(ms / 60_000)} minutes`)
const percent = (share: number) => `${Math.round(share * 100)} %`

const COOL_DOWN = { page: 'resilience', file: 'pipeline/breaker/cool-down.ts' } as const
const CIRCUIT = { page: 'resilience', file: 'pipeline/breaker/circuit.ts' } as const
const KEYS = { page: 'resilience', file: 'providers/key-ring.ts' } as const
const PROBES = { page: 'resilience', file: 'pipeline/health/prober.ts' } as const
const RATE = { page: 'resilience', file: 'pipeline/limit/adaptive-rate.ts' } as const
const ADAPTIVE = { page: 'routing', file: 'pipeline/route/strategy/adaptive.ts' } as const
const GAUGE = { page: 'routing', file: 'pipeline/vitals/gauge.ts' } as const
const SAMPLING = { page: 'explain', file: 'observe/trace-sampling.ts' } as const
const RETRY = { page: 'configuration', file: 'pipeline/retry.ts' } as const

const FIGURES: readonly Figure[] = [
  { ...SAMPLING, name: 'LEAST', says: (count) => `and never fewer than ${count}` },
  {
    ...SAMPLING,
    name: 'AT_ONCE',
    says: (share) => `${share === 0.5 ? 'half' : percent(share)} of \`traces.size\``,
  },
  {
    ...SAMPLING,
    name: 'PER_SECOND',
    says: (share) => `then ${share === 0.1 ? 'a tenth' : percent(share)} of it per second`,
  },
  { ...RATE, name: 'LEAST', says: (count) => `but always ${words(count)} requests a second` },
  { ...COOL_DOWN, name: 'REST_MS', says: (ms) => `else for ${seconds(ms)}, and never` },
  { ...COOL_DOWN, name: 'LONGEST_REST_MS', says: (ms) => `and never for more than ${minutes(ms)}` },
  {
    ...COOL_DOWN,
    name: 'LONGEST_SPARING_MS',
    says: (ms) => `divided by the limit, and for ${minutes(ms)} at most`,
  },
  { ...KEYS, name: 'LIMIT_REST_MS', says: (ms) => `else for ${seconds(ms)}, and never` },
  {
    ...KEYS,
    name: 'LONGEST_SPARING_MS',
    says: (ms) => `divided by the limit, and for ${minutes(ms)} at most`,
  },
  { ...KEYS, name: 'FIRST_REST_MS', says: (ms) => `as long as a limit says, else ${minutes(ms)}, doubling` },
  { ...KEYS, name: 'LONGEST_REST_MS', says: (ms) => `doubling up to ${words(ms / 60_000)};` },
  {
    ...CIRCUIT,
    name: 'TRIAL_FLOW_MS',
    says: (ms) => `A stream that has flowed for ${seconds(ms)} is a good trial`,
  },
  { ...CIRCUIT, name: 'JITTER', says: (share) => `is twice as long, ${percent(share)} more or less` },
  { ...CIRCUIT, name: 'FIRST_SHARE', says: (share) => `grows from ${share * 100} to 100 %` },
  {
    page: 'resilience',
    file: 'pipeline/breaker/window.ts',
    name: 'BUCKETS',
    says: (count) => `seconds, in ${words(count)} buckets`,
  },
  {
    page: 'resilience',
    file: 'pipeline/health/record.ts',
    name: 'DOUBTFUL',
    says: (count) => `${words(count)} or more requests in a row failed`,
  },
  { ...PROBES, name: 'LIMIT_MS', says: (ms) => `cut off after ${ms / 1000} s (Ollama` },
  {
    page: 'resilience',
    file: 'providers/presets/ollama.ts',
    name: 'probeLimitMs',
    says: (ms) => `(Ollama ${ms / 1000} s)`,
  },
  {
    ...PROBES,
    name: 'EARLY',
    says: (share) => `up to ${share === 0.1 ? 'a tenth' : percent(share)} of the interval early`,
  },
  {
    ...RATE,
    name: 'DECREASE',
    says: (share) => `it allows ${words(share * 10)} tenths of what was measured`,
  },
  { ...RATE, name: 'FORGOTTEN_MS', says: (ms) => `after ${minutes(ms).replace(' ', ' quiet ')}` },
  {
    page: 'resilience',
    file: 'pipeline/retry-budget.ts',
    name: 'WINDOW_MS',
    says: (ms) => `of the requests of the last ${seconds(ms)}`,
  },
  {
    page: 'resilience',
    file: 'core/hops.ts',
    name: 'MOST',
    says: (count) => `finds its own id there, or ${words(count)} others`,
  },
  { ...ADAPTIVE, name: 'EXPLORED', says: (share) => `One call in a ${words(1 / share)} goes anywhere` },
  { ...ADAPTIVE, name: 'HYSTERESIS', says: (share) => `unless another is ${percent(share)} better` },
  { ...ADAPTIVE, name: 'STICKY_MS', says: (ms) => `a conversation stays ${minutes(ms)} where it is` },
  {
    ...ADAPTIVE,
    name: 'POORLY',
    says: (share) => `unless ${share === 0.5 ? 'half' : percent(share)} of the target's calls fail`,
  },
  { ...GAUGE, name: 'DECAY_MS', says: (ms) => `fades with a time constant of ${ms / 1000} s` },
  { ...GAUGE, name: 'KEPT', says: (count) => `over the last ${words(count)} calls` },
  {
    ...GAUGE,
    page: 'resilience',
    name: 'KEPT',
    says: (count) => `later than 95 of the last ${count} of that model`,
  },
  {
    page: 'routing',
    file: 'pipeline/route/strategy/strategy.ts',
    name: 'STALE_MS',
    says: (ms) => `one not seen for ${minutes(ms)} is sampled`,
  },
  { ...RETRY, name: 'firstMs', says: (ms) => `\`fixed\` (${ms / 1000} s)` },
  { ...RETRY, name: 'longestMs', says: (ms) => `\`exponential\` (1, 2, 4 … ${ms / 1000} s)` },
  {
    page: 'endpoints',
    file: 'server/forward.ts',
    name: 'JSON_LIMIT',
    says: (bytes) => `a JSON body of up to ${bytes / 2 ** 20} MiB`,
  },
  {
    page: 'endpoints',
    file: 'pipeline/forward-attempt.ts',
    name: 'METER_LIMIT',
    says: (bytes) => `an answer of up to ${bytes / 1024} KiB`,
  },
]

test.each(FIGURES)('$page tells $name of $file', ({ page, file, name, says }) => {
  const sentence = says(constant(file, name))
  expect({ sentence, told: proseOf(PAGES[page]).includes(sentence) }).toEqual({ sentence, told: true })
})

/** A page without the ends of its lines. */
function proseOf(path: string): string {
  return read(path).replaceAll(/\s+/g, ' ')
}

/** A number, or a product of some, under its name. */
function constant(file: string, name: string): number {
  const [, written] =
    new RegExp(`^(?:(?:export )?const ${name} = |  ${name}: )([\\d_.]+(?: \\* [\\d_.]+)*),?$`, 'm').exec(
      read(join('gateway/src', file)),
    ) ?? []
  if (written === undefined) throw new Error(`${file} has no number called ${name}.`)
  return written.split(' * ').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
}
