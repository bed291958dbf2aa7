/** The results as Markdown tables, which read as well on a terminal. */

import { BARS, judge, type Bar, type BarId, type Verdict } from './bars.ts'

/** What was measured for a bar, and the figures behind it in a few words. */
export interface Finding {
  readonly value?: number
  readonly detail: string
}

export type Findings = Readonly<Partial<Record<BarId, Finding>>>

export interface Judged {
  readonly bar: Bar
  readonly finding: Finding
  readonly verdict: Verdict
}

export function judgeAll(findings: Findings): readonly Judged[] {
  return BARS.map((bar) => {
    const finding = findings[bar.id] ?? { detail: 'not part of this run' }
    return { bar, finding, verdict: judge(bar, finding.value) }
  })
}

export function verdictTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ bar, finding, verdict }) => [
    bar.work,
    limit(bar, bar.bar),
    bar.stretch === undefined ? '' : limit(bar, bar.stretch),
    finding.value === undefined ? '–' : amount(finding.value, bar.unit),
    verdict,
    finding.detail,
  ])
  return table(['work', 'bar', 'stretch', 'measured', 'verdict', 'behind it'], rows)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function limit(bar: Bar, value: number): string {
  return `${bar.better === 'lower' ? '≤' : '≥'} ${value} ${bar.unit}`
}

function amount(value: number, unit: Bar['unit']): string {
  return `${value.toFixed(unit === 'MB' ? 0 : 2)} ${unit}`
}
