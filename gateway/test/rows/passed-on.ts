/** What came through to a provider of what is only passed on. */

import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import type { Row, Upstream } from './row.ts'

export const MiB = 1024 * 1024

export const raw = (type: string, chunks: readonly (string | Uint8Array)[], gapMs = 0): ScriptedAnswer => ({
  kind: 'raw',
  status: 200,
  headers: { 'content-type': type },
  chunks,
  gapMs,
})

/** Without what the gateway asks on its own account. */
export function passed(row: Row, upstream: Upstream): readonly RecordedRequest[] {
  return row.everything(upstream).filter(({ path }) => !/\/models(?:\?|$)/.test(path))
}

export function last(row: Row, upstream: Upstream): RecordedRequest {
  const record = passed(row, upstream).at(-1)
  if (record === undefined) throw new Error('Nothing was passed on.')
  return record
}

export const pathOf = ({ path }: RecordedRequest) => path.replace(/^\/script\/[^/]+/, '')
