/** What a socket holds for a client, and for how long. */

import type { Socket } from 'node:net'

/** A client that takes nothing of its answer for so long has gone without saying so. */
export const STALLED_MS = 300_000
/** A connection closed while bytes come in is torn off, and with it what was said last: they are read for so long. */
export const FAREWELL_MS = 2000

/** Node counts a write as unsent until the system has all of it; how far it is only the inner handle knows. */
export function unsentOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  const queued: unknown = handle instanceof Object ? Reflect.get(handle, 'writeQueueSize') : 0
  return socket.writableLength + (typeof queued === 'number' ? queued : 0)
}
