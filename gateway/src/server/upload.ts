/**
 * A request's body on its way to a provider: read from the client no faster than the provider takes it, counted, bounded. Ending it
 * leaves the client's connection open, so that an early answer can still be told.
 */

import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { GatewayError } from '#core'
import type { Upload } from '#pipeline'

export class UploadBody extends Readable implements Upload {
  size = 0
  starved = false
  readonly #request: IncomingMessage
  readonly #limit: number
  #onPiece: (complete: boolean) => void = () => {}

  /** Bytes. */
  constructor(request: IncomingMessage, limit: number) {
    super()
    this.#request = request
    this.#limit = limit
    request.on('data', this.#take)
    request.on('end', this.#complete)
    request.on('close', this.#closed)
    request.pause()
    // Who reads it is told of its failure by the reading; before that nobody is there to hear.
    this.on('error', () => {})
  }

  get stream(): Readable {
    return this
  }

  watch(onPiece: (complete: boolean) => void): void {
    this.#onPiece = onPiece
  }

  override _read(): void {
    this.starved = true
    this.#request.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const request = this.#request
    request.off('data', this.#take).off('end', this.#complete).off('close', this.#closed)
    // What is still to come is let go by: a connection closed on unread bytes would lose the answer.
    request.on('data', this.#drop)
    request.resume()
    done(error)
  }

  readonly #take = (chunk: Buffer): void => {
    this.size += chunk.length
    if (this.size > this.#limit) return void this.destroy(tooLarge(this.#limit))
    this.starved = false
    if (!this.push(chunk)) this.#request.pause()
    this.#onPiece(false)
  }

  readonly #drop = (chunk: Buffer): void => {
    this.size += chunk.length
    if (this.size > this.#limit) this.#request.destroy()
  }

  readonly #complete = (): void => {
    this.push(null)
    this.#onPiece(true)
  }

  readonly #closed = (): void => {
    if (!this.#request.complete)
      this.destroy(new GatewayError('cancelled', 'The client broke off its request.'))
  }
}

export function tooLarge(limit: number): GatewayError {
  return new GatewayError('too-large', `The request body is larger than ${limit} bytes.`)
}
