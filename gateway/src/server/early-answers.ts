/** Node's connections on which an answer was over before its request was: when the door closes, nobody waits for the rest of that. */

import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '#core'

/** A connection closed while bytes come in is torn off, and with it what was said last: they are read for so long. */
const FAREWELL_MS = 2000

export class EarlyAnswers {
  readonly #sockets = new Set<Socket>()

  constructor(server: Server) {
    server.prependListener('request', (request, response) => {
      if (!bringsBody(request)) return
      response.once('finish', () => {
        if (!request.complete && !request.destroyed) this.#note(request)
      })
    })
  }

  /** Those that are answered from now on end by themselves: Node keeps none for a next request. */
  leave(clock: Clock): void {
    for (const socket of this.#sockets) farewell(socket, clock)
  }

  #note(request: IncomingMessage): void {
    const { socket } = request
    this.#sockets.add(socket)
    request.once('close', () => this.#sockets.delete(socket))
  }
}

function bringsBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers
  return coding !== undefined || (length !== undefined && length !== '0')
}

function farewell(socket: Socket, clock: Clock): void {
  const late = clock.timer(FAREWELL_MS, () => socket.destroy())
  socket.once('close', () => late.cancel())
  socket.end()
}
