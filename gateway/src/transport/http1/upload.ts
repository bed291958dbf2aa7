/** Sends a body while it arrives, no faster than the other side takes it. */

import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { WireError } from './wire-error.ts'

export class Upload {
  /** All of it is with the system. */
  done = false
  readonly #socket: Socket
  readonly #body: Readable
  readonly #length: number | undefined
  readonly #onFault: (cause: Error) => void
  #sent = 0
  #closed = false

  /** `length`: bytes that the head has promised; undefined: it goes in chunks. */
  constructor(socket: Socket, body: Readable, length: number | undefined, onFault: (cause: Error) => void) {
    this.#socket = socket
    this.#body = body
    this.#length = length
    this.#onFault = onFault
    socket.on('drain', this.#goOn)
    body.on('data', this.#send).on('end', this.#end).on('error', this.#failed).on('close', this.#gone)
    // What was over before will not tell again.
    if (body.destroyed) process.nextTick(() => this.#gone())
  }

  /** Lets go of the body; what of it was not read is its owner's to drop. Idempotent. */
  close(): void {
    this.#socket.off('drain', this.#goOn)
    this.#body.off('data', this.#send).off('end', this.#end)
    this.#body.off('error', this.#failed).off('close', this.#gone)
    this.#closed = true
    this.#body.destroy()
  }

  readonly #goOn = (): void => void this.#body.resume()

  readonly #send = (piece: Buffer): void => {
    this.#sent += piece.length
    if (this.#length === undefined) {
      if (piece.length === 0) return
      this.#socket.cork()
      this.#socket.write(`${piece.length.toString(16)}\r\n`, 'latin1')
      this.#socket.write(piece)
      this.#socket.write('\r\n', 'latin1')
      this.#socket.uncork()
    } else {
      // A byte too many would be the beginning of another request.
      if (this.#sent > this.#length) return this.#onFault(wrongLength())
      this.#socket.write(piece)
    }
    if (this.#socket.writableNeedDrain) this.#body.pause()
  }

  readonly #end = (): void => {
    if (this.#length === undefined) this.#socket.write('0\r\n\r\n', 'latin1')
    else if (this.#sent !== this.#length) return this.#onFault(wrongLength())
    this.done = true
  }

  readonly #failed = (cause: Error): void => this.#onFault(cause)

  readonly #gone = (): void => {
    if (!this.done && !this.#closed) this.#onFault(this.#body.errored ?? wrongLength())
  }
}

function wrongLength(): WireError {
  return new WireError('wrong-length', 'The body of the request has another length than was said.')
}
