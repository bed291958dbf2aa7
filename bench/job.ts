/** What the run may ask of the load process, and what comes back. Plain data: it crosses a process border. */

import { TOKEN_MARK } from './wire.ts'

/** One way to ask one proxy one question, and how to know that the answer is whole. */
export interface Shot {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly expect: Expectation
}

export interface Expectation {
  /** Content events in the answer, by their mark. */
  readonly tokens: number
  /** Must stand in the answer. */
  readonly tail: string
  readonly minBytes: number
}

export type Job =
  | { readonly kind: 'closed'; readonly shot: Shot; readonly connections: number; readonly requests: number }
  | { readonly kind: 'open'; readonly shot: Shot; readonly perSecond: number; readonly requests: number }
  /** Opens streams and keeps them; answers when each has delivered content. */
  | { readonly kind: 'hold'; readonly shots: readonly Shot[]; readonly streams: number }
  | { readonly kind: 'release' }

export interface Outcome {
  readonly requests: number
  readonly elapsedMs: number
  /** Pieces in which the answers came; about a hundred per stream when nothing was merged on the way. */
  readonly reads: number
  /** One per request; for the open loop from the moment the request was due, not from when it was sent. */
  readonly latenciesMs: readonly number[]
}

export type Report =
  | { readonly ok: true; readonly outcome: Outcome }
  | { readonly ok: false; readonly reason: string }

/** Undefined when the answer is right; else why it is not. */
export function faultOf(startLine: string, body: string, expect: Expectation): string | undefined {
  if (!startLine.startsWith('HTTP/1.1 200')) return `${startLine}: ${body.slice(0, 300)}`
  if (body.length < expect.minBytes) return `${body.length} bytes where at least ${expect.minBytes} were due`
  if (!body.includes(expect.tail)) return `the answer ends without ${JSON.stringify(expect.tail)}`
  if (expect.tokens === 0) return undefined
  const tokens = countOf(body, TOKEN_MARK)
  return tokens === expect.tokens ? undefined : `${tokens} content events where ${expect.tokens} were due`
}

function countOf(text: string, mark: string): number {
  let count = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) count++
  return count
}
