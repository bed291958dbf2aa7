/**
 * The connections that are Node's. It waits for a client's bytes within limits, but without any for a client that takes nothing of its
 * answer, or has been told the last word and stays.
 */

import type { Socket } from 'node:net'
import { FAREWELL_MS, STALLED_MS, unsentOf } from './unsent.ts'

interface Seen {
  /** Bytes unsent, or that the last word is said. */
  readonly state: number | 'told'
  /** Since when it is known to be so. */
  readonly since: number
}

export class NodeSockets {
  readonly #sockets = new Map<Socket, Seen | undefined>()

  get size(): number {
    return this.#sockets.size
  }

  add(socket: Socket): void {
    this.#sockets.set(socket, undefined)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  /** Ends what takes too long. */
  look(now: number): void {
    for (const [socket, seen] of this.#sockets) {
      const state = socket.writableFinished ? 'told' : unsentOf(socket)
      if (seen?.state !== state) this.#sockets.set(socket, { state, since: now })
      else if (state !== 0 && now - seen.since > (state === 'told' ? FAREWELL_MS : STALLED_MS))
        socket.destroy()
    }
  }

  /** Ends all: those too that Node has given out of its hands, as it does where a WebSocket is asked for. */
  close(): void {
    for (const socket of this.#sockets.keys()) socket.destroy()
  }
}
