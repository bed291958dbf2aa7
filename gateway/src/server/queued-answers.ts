/**
 * Node's answers that wait behind others of their connection. Node forgets them when their client asks for a tunnel or another protocol
 * behind them: whoever works on one would never hear that its client has gone.
 */

import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export function endWithConnection(server: Server): void {
  const queues = new WeakMap<Socket, Set<ServerResponse>>()
  server.prependListener('request', ({ socket }, response) => {
    // All but the few that wait have theirs.
    if (response.socket !== null) return
    const queue = queues.get(socket) ?? queueOf(socket)
    queues.set(socket, queue.add(response))
    response.once('close', () => queue.delete(response))
  })
}

function queueOf(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>()
  // Later: where Node has not forgotten them it tells them itself.
  socket.once('close', () => setImmediate(() => queue.forEach(end)))
  return queue
}

function end(response: ServerResponse): void {
  if (response.closed) return
  response.destroy()
  response.emit('close')
}
