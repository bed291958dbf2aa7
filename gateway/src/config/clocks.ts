/** Seconds as people write them, milliseconds as the code counts them. */

import type { Timeouts } from './config.ts'
import type { Settings } from './schema.ts'

/** Only the clocks that are set. */
export function timeoutsOf(seconds: Settings['timeouts'] = {}): Partial<Timeouts> {
  const { connect, headers, first_token: firstToken, idle, total } = seconds
  return {
    ...(connect === undefined ? {} : { connectMs: milliseconds(connect) }),
    ...(headers === undefined ? {} : { headersMs: milliseconds(headers) }),
    ...(firstToken === undefined ? {} : { firstTokenMs: milliseconds(firstToken) }),
    ...(idle === undefined ? {} : { idleMs: milliseconds(idle) }),
    ...(total === undefined ? {} : { totalMs: milliseconds(total) }),
  }
}

/** Rounded up: a clock that is set must not become 0, which would switch it off. */
export function milliseconds(seconds: number): number {
  return Math.ceil(seconds * 1000)
}
