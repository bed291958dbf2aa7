/** One small request to a server that is no provider, such as one that gives out tokens. Bounded in time and size. */

import { Agent, request } from 'undici'
import { GatewayError } from '#core'

export interface TextCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly limitMs: number
}

const SIZE_LIMIT = 256 * 1024

/** Rejects with `timeout`, `connection` or `bad-answer`. The URL and what was sent stay out of the error. */
export async function fetchText(call: TextCall): Promise<{ status: number; text: string }> {
  const { method, url, headers, body, limitMs } = call
  // Asked once in an hour: a kept connection would only be in the way of closing.
  const dispatcher = new Agent({ connect: { timeout: limitMs }, maxResponseSize: SIZE_LIMIT })
  try {
    const signal = AbortSignal.timeout(limitMs)
    const answer = await request(url, { method, headers, body: body ?? null, dispatcher, signal })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch (thrown) {
    throw failure(thrown)
  } finally {
    await dispatcher.destroy()
  }
}

function failure(thrown: unknown): GatewayError {
  const name = thrown instanceof Error ? thrown.name : undefined
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new GatewayError('timeout', 'The token server did not answer in time.')
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new GatewayError('bad-answer', 'The token server sent more than the gateway accepts.')
  }
  const said = typeof code === 'string' ? ` (${code})` : ''
  return new GatewayError('connection', `The token server could not be reached${said}.`)
}
