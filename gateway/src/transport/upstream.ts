/** One request to a provider and what it hears of the answer. */

import type { Readable } from 'node:stream'
import type { GatewayError } from '#core'

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Flat list: name, value, name, value. */
  readonly headers: string[]
  readonly body: string | Uint8Array | null
  /** The body is text of nothing but ASCII, so that nobody needs to count its bytes. */
  readonly isAscii?: boolean
}

/** One whose body is sent while it arrives, as fast as the provider takes it. Its failure is the request's. */
export interface UploadRequest extends Omit<UpstreamRequest, 'body'> {
  readonly body: Readable
}

/** Told what happens to one request, in this order: head, data…, then exactly one of end and error. */
export interface Receiver {
  onHead(status: number, header: (name: string) => string | undefined): void
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: GatewayError): void
}

export interface UpstreamCall {
  pause(): void
  resume(): void
  /** Idempotent. Closes the connection; the receiver hears nothing more. */
  abort(): void
}
