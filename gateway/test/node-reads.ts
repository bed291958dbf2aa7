/** What Node's own HTTP client makes of the bytes of an answer: the measure for ours. */

import { type IncomingMessage, request } from 'node:http'
import { Duplex } from 'node:stream'

export interface NodeRead {
  readonly status?: number
  readonly body?: string
  readonly error?: string
}

/** The bytes are in Latin-1; the connection is closed behind them. */
export function nodeReads(text: string): Promise<NodeRead> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve({ error: error.code ?? error.message })
    const asked = request({ createConnection: () => connection() })
    asked.on('error', failed)
    asked.on('upgrade', () => resolve({ error: 'upgrade' }))
    asked.on('response', (answer: IncomingMessage) => {
      let body = ''
      answer.setEncoding('latin1').on('data', (piece: string) => void (body += piece))
      answer.on('error', failed)
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    asked.on('socket', (socket) => {
      setImmediate(() => {
        socket.push(Buffer.from(text, 'latin1'))
        socket.push(null)
      })
    })
    asked.end()
  })
}

/** Swallows what is written, and looks enough like a socket. */
function connection(): Duplex {
  const duplex = new Duplex({ read() {}, write: (_piece, _encoding, done) => done() })
  const same = (): Duplex => duplex
  return Object.assign(duplex, {
    setTimeout: same,
    setKeepAlive: same,
    setNoDelay: same,
    ref: same,
    unref: same,
  })
}
