/** Asks a token server, and reads the answer that all of them give. */

import { type Clock, type GatewayError, isObject, parseJson, stringOf } from '#core'
import { credentialError } from './credential-error.ts'
import type { Loan } from './renewing.ts'

/** A bounded request; handed in. Rejects with `timeout` or `connection`. */
export type FetchText = (call: TokenCall) => Promise<{ readonly status: number; readonly text: string }>

export interface TokenCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly limitMs: number
}

export const TOKEN_LIMIT_MS = 10_000

/** `who` is the server, for people. */
export async function requestToken(
  who: string,
  call: TokenCall,
  clock: Clock,
  fetchText: FetchText,
): Promise<Loan<string>> {
  const { status, text } = await fetchText(call)
  const answer = parseJson(text)
  const wire = isObject(answer) ? answer : {}
  const token = stringOf(wire['access_token'])
  if (status !== 200 || token === undefined) throw refused(who, status, wire)
  const seconds = Number(wire['expires_in'])
  const until = Number(wire['expires_on']) * 1000
  // A token of unknown life is asked for anew with the next request.
  return { value: token, endsAt: seconds > 0 ? clock.wall() + seconds * 1000 : until > 0 ? until : 0 }
}

export function formCall(url: string, form: Readonly<Record<string, string>>): TokenCall {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    limitMs: TOKEN_LIMIT_MS,
  }
}

/** The error's code, and Entra's own number, say what is wrong; the rest may repeat what was sent. */
function refused(who: string, status: number, wire: Readonly<Record<string, unknown>>): GatewayError {
  const code = /^[\w-]{1,60}$/.exec(stringOf(wire['error']) ?? '')?.[0]
  const number = /AADSTS\d+/.exec(stringOf(wire['error_description']) ?? '')?.[0]
  const said = [code, number].filter((part) => part !== undefined).join(', ')
  return credentialError(`${who} gave no token: status ${status}.`, said)
}
