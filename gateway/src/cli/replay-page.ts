/** A replay for people, and for programs. */

import type { JsonObject } from '#core'
import type { ReplayReport } from '#main'

type Move = ReplayReport['moves'][number]
type Comparison = ReplayReport['all']

export function replayPage(report: ReplayReport, unread: number): readonly string[] {
  const { all, changed, passedOn, moves } = report
  const rows = [['traces', 'from', 'to', 'cost', 'expected'], ...moves.map(rowOf)]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return [
    `${all.traces} traces, ${changed} would go elsewhere${side(passedOn, 'passed on')}${side(unread, 'not read')}`,
    `cost      ${costs(all) || 'no prices known'}${covering(all.priced, all.traces)}`,
    `expected  ${times(all) || 'nothing measured'}${covering(all.timed, all.traces)}`,
    '',
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  ]
}

function rowOf(move: Move): string[] {
  const { traces, from, to } = move
  return [String(traces), from, from === to ? 'the same' : to, costs(move), times(move)]
}

function costs({ priced, costBefore, costAfter }: Comparison): string {
  return priced === 0 ? '' : `$${dollars(costBefore)} → $${dollars(costAfter)}`
}

function times({ timed, msBefore, msAfter }: Comparison): string {
  return timed === 0 ? '' : `${Math.round(msBefore)} ms → ${Math.round(msAfter)} ms`
}

function dollars(amount: number): string {
  return amount >= 100 ? amount.toFixed(0) : String(Number(amount.toPrecision(3)))
}

function covering(known: number, all: number): string {
  return known === 0 || known === all ? '' : `  (of ${known})`
}

function side(count: number, what: string): string {
  return count === 0 ? '' : `, ${count} ${what}`
}

export function replayJson({ all, changed, passedOn, moves }: ReplayReport, unread: number): JsonObject {
  return {
    ...comparison(all),
    changed,
    passed_on: passedOn,
    not_read: unread,
    moves: moves.map((move) => ({ from: move.from, to: move.to, ...comparison(move) })),
  }
}

/** What is not known is not said. */
function comparison({ traces, priced, timed, ...sums }: Comparison): JsonObject {
  return {
    traces,
    priced,
    ...(priced === 0 ? {} : { cost: { before: sums.costBefore, after: sums.costAfter } }),
    timed,
    ...(timed === 0 ? {} : { expected_ms: { before: sums.msBefore, after: sums.msAfter } }),
  }
}
