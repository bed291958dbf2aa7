/** What the handlers of model operations see of a client's request and its answer. Node's own objects fit, and so do ours (`http1/`). */

import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

export interface DownstreamRequest {
  readonly method?: string | undefined
  url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** All of its body has come. */
  readonly complete: boolean
  /** The body, where all of it has come in one piece and nobody listens yet. */
  readonly whole?: Buffer | undefined
  on(event: 'data', listener: (piece: Buffer) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
}

export interface DownstreamResponse {
  readonly req: { readonly method?: string | undefined }
  readonly headersSent: boolean
  /** Over: nothing more can be said. */
  readonly destroyed: boolean
  /** Whether pieces are put into chunks by a stream that gathers them first, and what it holds back. */
  readonly chunkedEncoding: boolean
  readonly writableLength: number
  readonly socket: Socket | null
  /** `close`: once, when it is over, well or not. */
  on(event: 'close', listener: () => void): unknown
  /** `socket`: it has one now, where it had none; what was written goes there next. */
  once(event: 'close' | 'drain' | 'socket', listener: () => void): unknown
  setHeader(name: string, value: string): unknown
  hasHeader(name: string): boolean
  /** Names and values in turn. */
  writeHead(status: number, headers?: string[]): { end(): unknown }
  /** False when the client is slower than the pieces come: wait for `drain`. */
  write(piece: string | Buffer, encoding?: BufferEncoding): boolean
  end(): unknown
  end(piece: string, encoding: BufferEncoding): unknown
  destroy(): unknown
  /** Ends the connection behind what is written; absent: its socket does. */
  breakOff?(): void
}
