/** The part of the proof that runs with every `npm test`, and how it knows whether the page is still true. */

import { createHash } from 'node:crypto'
import type { RecordedExchange } from './exchange.ts'
import type { Judgement } from './matrix.ts'

/** Beside the first of each kind, one exchange in so many. */
const SHARE = 36

/** The same every time: of each language, streamed and whole, the first of a folder, and then by where it stands in the index. */
export function sampleOf(exchanges: readonly RecordedExchange[]): RecordedExchange[] {
  const known = new Set<string>()
  return exchanges.filter((exchange, at) => {
    const kind = `${exchange.dialect} ${exchange.streamed} ${exchange.status === 200}`
    const isFirst = !known.has(kind)
    known.add(kind)
    return isFirst || at % SHARE === 0
  })
}

/** What was found of the sample, as one line of the page: equal findings give equal lines. */
export function sampleLine(judgements: readonly Judgement[], sample: readonly RecordedExchange[]): string {
  const ids = new Set(sample.map(({ id }) => id))
  const those = judgements.filter(({ exchange }) => ids.has(exchange.id))
  const findings = those
    .map(({ exchange, client, stream, losses, lossy }) =>
      [exchange.id, client, stream, losses.map(({ id }) => id).toSorted(), [...lossy].toSorted()].join(' '),
    )
    .toSorted()
  const digest = createHash('sha256').update(findings.join('\n')).digest('hex').slice(0, 12)
  return `The sample of a plain test run: ${ids.size} exchanges, ${those.length} askings, findings ${digest}.`
}
