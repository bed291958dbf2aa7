/** Unpacks a provider's compressed body. We ask for none, but some send it all the same. */

import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { GatewayError } from '#core'
import type { Receiver } from './upstream.ts'

interface Unpacker {
  write(chunk: Buffer): void
  end(): void
  /** What is packed may be a thousand times as long: what a slow reader cannot take stays packed. */
  pause(): void
  resume(): void
  close(): void
}

/** Undefined when the body needs no unpacking. `giveUp` breaks the connection off after an error. */
export function decompressor(
  encoding: string | undefined,
  receiver: Receiver,
  giveUp: () => void,
): Unpacker | undefined {
  const stream = streamFor(encoding)
  if (stream === undefined) return undefined
  stream.on('data', (chunk: Buffer) => receiver.onData(chunk))
  stream.on('end', () => receiver.onEnd())
  stream.on('error', (cause) => {
    giveUp()
    receiver.onError(
      new GatewayError('bad-answer', 'The provider sent a body that cannot be unpacked.', { cause }),
    )
  })
  return {
    write: (chunk) => void stream.write(chunk),
    end: () => void stream.end(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close: () => void stream.destroy(),
  }
}

function streamFor(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
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
