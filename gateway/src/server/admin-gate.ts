/**
 * The admin gate (requirement D38): with `ADMIN_API_KEY` set, management asks for it; without one it is for callers on this machine alone.
 * What came through another proxy came from somewhere else.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { isIPv4 } from 'node:net'
import { GatewayError } from '#core'
import { digest, sameKey } from './gate.ts'

export interface AdminGate {
  /** Whether somebody shows the key: such a one needs no other. */
  admits(headers: IncomingHttpHeaders): boolean
  /** Who may change something, as it may be told: a key's fingerprint or an address. Throws `authentication` or `permission`. */
  enter(headers: IncomingHttpHeaders, address: string | undefined): string
  /** Who may look at providers; without an admin key the client gate is all there is. */
  look(headers: IncomingHttpHeaders): void
}

export function adminGate(adminApiKey: string | undefined): AdminGate {
  if (adminApiKey === undefined) {
    return {
      admits: () => false,
      look: () => undefined,
      enter(headers, address) {
        if (isHere(address) && !PROXIED.some((name) => headers[name] !== undefined)) return address ?? ''
        throw new GatewayError(
          'permission',
          'Without ADMIN_API_KEY, management is for callers on the machine of the gateway alone.',
        )
      },
    }
  }
  const expected = digest(adminApiKey)
  const who = `key ${expected.toString('hex').slice(0, 8)}`
  const admits = (headers: IncomingHttpHeaders): boolean =>
    keysIn(headers).some((key) => sameKey(key, expected))
  const demand = (headers: IncomingHttpHeaders): void => {
    if (admits(headers)) return
    throw new GatewayError(
      'authentication',
      'Management needs the admin key: send it as bearer token, as x-api-key or as x-admin-key.',
    )
  }
  return {
    admits,
    look: demand,
    enter(headers) {
      demand(headers)
      return who
    },
  }
}

/** A proxy on the same machine would make the whole world local. */
const PROXIED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']

function isHere(address = ''): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}

function keysIn(headers: IncomingHttpHeaders): string[] {
  const [, bearer] = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? []
  return [headers['x-admin-key'], headers['x-api-key'], bearer].flatMap((value) =>
    typeof value === 'string' && value !== '' ? [value] : [],
  )
}
