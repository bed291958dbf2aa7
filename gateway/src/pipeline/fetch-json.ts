/** A small side call to a provider: model lists, token counts, probes. Bounded in time and size; never a paid answer. */

import { Buffer } from 'node:buffer'
import { type Clock, GatewayError, HOP_HEADER, type JsonValue, parseJson } from '#core'
import type { HeaderReader } from '#dialects'
import type { HeaderSource, Provider } from '#providers'
import type { Receiver, UpstreamCall } from '#transport'
import { authorised } from './authorised.ts'
import { toldError, withoutKey } from './told-error.ts'

export interface JsonAnswer {
  readonly wire: JsonValue
  /** The body as it came. */
  readonly text: string
}

export interface JsonCall {
  readonly method: 'GET' | 'POST'
  /** Under the provider's base URL. */
  readonly path: string
  readonly body?: string | Uint8Array
  readonly limitMs: number
  readonly callerKey?: string | undefined
  /** The client's headers where its own language is spoken on: those go along that would with a request for an answer. */
  readonly client?: HeaderSource | undefined
  /** Through which gateways it has come, where a client's request is what makes the call: none may come round again. */
  readonly hops?: string
}

const noHeader: HeaderReader = () => undefined
const SIZE_LIMIT = 16 * 1024 * 1024

/** Rejects with the provider's error, `timeout` or `bad-answer`. */
export function fetchJson(asked: Provider, call: JsonCall, clock: Clock): Promise<JsonAnswer> {
  const provider = call.path === asked.dialect.models.path ? (asked.lister ?? asked) : asked
  return new Promise((resolve, reject) => {
    const key = provider.passthrough ? call.callerKey : provider.keys.idle()
    const chunks: Uint8Array[] = []
    let size = 0
    let status = 0
    let header: HeaderReader = noHeader
    let sent: UpstreamCall | undefined
    let over = false
    let secrets: readonly string[] = [...(provider.secrets ?? []), ...(key === undefined ? [] : [key])]

    const timer = clock.timer(call.limitMs, () => {
      sent?.abort()
      fail(new GatewayError('timeout', 'The provider did not answer in time.'))
    })
    const fail = (error: GatewayError): void => {
      over = true
      timer.cancel()
      reject(toldError(error, { provider }, secrets))
    }
    const receiver: Receiver = {
      onHead(got, reader) {
        status = got
        header = reader
      },
      onData(chunk) {
        size += chunk.length
        if (size <= SIZE_LIMIT) return void chunks.push(chunk)
        sent?.abort()
        fail(new GatewayError('bad-answer', 'The provider sent more than the gateway accepts here.'))
      },
      onEnd() {
        // What is answered well is shown and kept too, and may repeat a key all the same.
        const text = withoutKey(Buffer.concat(chunks).toString('utf8'), secrets)
        if (status < 200 || status > 299) {
          return fail(provider.dialect.errors.decode(status, header, text))
        }
        const wire = parseJson(text)
        if (wire === undefined) return fail(new GatewayError('bad-answer', 'The provider sent no JSON.'))
        timer.cancel()
        resolve({ wire, text })
      },
      onError: fail,
    }
    const headers = provider.headers(key, call.client)
    if (call.hops !== undefined) headers.push(HOP_HEADER, call.hops)
    const request = {
      method: call.method,
      path: provider.pathTo(call.path),
      headers,
      body: call.body ?? null,
    }
    authorised(provider, request, key, {
      send(ready, granted) {
        secrets = granted
        if (!over) sent = provider.client.send(ready, receiver)
      },
      fail,
    })
  })
}
