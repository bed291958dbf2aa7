/** One small request to a server that is no provider, such as one that gives out tokens. Bounded in time and size. */

import { Buffer } from 'node:buffer'
import { GatewayError } from '#core'
import type { AddressGuard } from './address-guard.ts'
import { httpClient } from './client.ts'

export interface TextCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly limitMs: number
}

interface TextAnswer {
  readonly status: number
  readonly text: string
}

const SIZE_LIMIT = 256 * 1024

/**
 * Rejects with `timeout`, `connection` or `bad-answer`. The URL and what was sent stay out of the error. `guard`: which addresses it may
 * connect to; absent: any.
 */
export async function fetchText(call: TextCall, guard?: AddressGuard): Promise<TextAnswer> {
  const { origin, pathname, search } = new URL(call.url)
  // Asked once in an hour: a kept connection would only be in the way of closing.
  const client = httpClient({
    origin,
    connectMs: call.limitMs,
    ...(guard === undefined ? {} : { guard }),
  })
  let limit: NodeJS.Timeout | undefined
  try {
    return await new Promise((resolve, reject) => {
      limit = setTimeout(() => reject(tooSlow()), call.limitMs)
      const pieces: Buffer[] = []
      let status = 0
      let size = 0
      const { method, headers, body = null } = call
      client.send(
        { method, path: `${pathname}${search}`, headers: Object.entries(headers).flat(), body },
        {
          onHead: (told) => void (status = told),
          onData(piece) {
            size += piece.length
            if (size > SIZE_LIMIT) reject(tooLong())
            else pieces.push(piece)
          },
          onEnd: () => resolve({ status, text: Buffer.concat(pieces).toString() }),
          onError: (error) => reject(failure(error)),
        },
      )
    })
  } finally {
    clearTimeout(limit)
    await client.close()
  }
}

function failure({ type, facts }: GatewayError): GatewayError {
  if (type === 'timeout') return tooSlow()
  const said = facts.code === undefined ? '' : ` (${facts.code})`
  return new GatewayError('connection', `The token server could not be reached${said}.`)
}

function tooSlow(): GatewayError {
  return new GatewayError('timeout', 'The token server did not answer in time.')
}

function tooLong(): GatewayError {
  return new GatewayError('bad-answer', 'The token server sent more than the gateway accepts.')
}
