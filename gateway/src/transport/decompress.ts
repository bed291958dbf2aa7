/** Unpacks a provider's compressed body. We ask for none, but some send it all the same. */

import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { GatewayError } from '#core'

export interface Unpacker {
  /** False: it is behind, and tells when it is not any more. */
  write(chunk: Buffer): boolean
  end(): void
  /** What is packed may be a thousand times as long: what a slow reader cannot take stays packed. */
  pause(): void
  resume(): void
  /** Nothing more is told. */
  close(): void
}

export interface UnpackListener {
  onData(piece: Buffer): void
  onDrain(): void
  onEnd(): void
  onError(error: GatewayError): void
}

/** Undefined when the body needs no unpacking. */
export function decompressor(encoding: string, listener: UnpackListener): Unpacker | undefined {
  const stream = streamFor(encoding)
  if (stream === undefined) return undefined
  let isEmpty = true
  stream.on('data', (piece: Buffer) => listener.onData(piece))
  stream.on('drain', () => listener.onDrain())
  stream.on('end', () => listener.onEnd())
  stream.on('error', (cause) =>
    listener.onError(
      new GatewayError('bad-answer', 'The provider sent a body that cannot be unpacked.', { cause }),
    ),
  )
  return {
    write(piece) {
      isEmpty = false
      return stream.write(piece)
    },
    end() {
      if (!isEmpty) return void stream.end()
      // No body at all: what the head says of it is of no account.
      stream.destroy()
      listener.onEnd()
    },
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: () => void stream.destroy(),
  }
}

function streamFor(encoding: string) {
  switch (encoding.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress()
    default:
      return undefined
  }
}
