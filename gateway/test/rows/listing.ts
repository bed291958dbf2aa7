/** A provider whose list of models changes from call to call, for tests of lists. */

import { jsonAnswer, type Scripts, textAnswer } from './row.ts'

/** Lists `first`, then `second`, …; the last for ever. `down`: refuses while it is true. */
export function listing(...names: string[]) {
  const upstream = { down: false, asked: 0 }
  const scripts: Scripts = {
    oa: ({ path }) => {
      if (!path.endsWith('/models')) return textAnswer()
      upstream.asked++
      if (upstream.down) return { kind: 'status', status: 503 }
      return jsonAnswer({ data: [{ id: names[Math.min(upstream.asked, names.length) - 1] }] })
    },
  }
  return { scripts, upstream }
}

/** Probes ask for the list too, and are no part of this. */
export const QUIET = { probeMs: 0 }

export function idsIn(json: unknown): unknown[] {
  const list: unknown = Object(json).data
  return Array.isArray(list) ? list.map((model) => Object(model).id) : []
}
