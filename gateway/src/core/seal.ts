/**
 * Seals opaque reasoning state into a string that any client can carry through its history, with the issuer's name inside.
 * A sealed string that comes back is opened and goes to its issuer alone; to everybody else it does not exist.
 */

import type { OpaqueState } from './chat.ts'
import { isObject, parseJson, stringOf } from './json.ts'

/** Every sealed string starts so; a raw body without this text holds none. */
export const SEAL = 'sluice1.'

/** The same start where a dialect carries the string as base64 of its bytes. */
export const SEAL_BASE64 = btoa(SEAL).slice(0, 10)

/** Whether a body may hold a sealed string, whatever carries it. First by what is rare in a body: signs are found much faster than words. */
export function mayHoldSeal(body: string): boolean {
  return (body.includes('1.') && body.includes(SEAL)) || (body.includes('2x1') && body.includes(SEAL_BASE64))
}

export function seal(state: OpaqueState): string {
  return SEAL + toBase64Url(JSON.stringify([state.issuer, state.value]))
}

export function unseal(text: string): OpaqueState | undefined {
  if (!text.startsWith(SEAL)) return undefined
  const opened = parseJson(fromBase64Url(text.slice(SEAL.length)) ?? '')
  if (!Array.isArray(opened) || opened.length !== 2) return undefined
  const issuer = stringOf(opened[0])
  return issuer === undefined || opened[1] === undefined ? undefined : { issuer, value: opened[1] }
}

/** State as found in a dialect's own history: sealed by us, or native to that dialect. */
export function openState(text: string, dialect: string): OpaqueState {
  return unseal(text) ?? { issuer: `dialect:${dialect}`, value: text }
}

/** Whether `issuer` may be given back its state when the target is this provider of this dialect. */
export function mayReturn(issuer: string, provider: string, dialect: string): boolean {
  return issuer === provider || issuer === `dialect:${dialect}`
}

export function isSealed(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith(SEAL)
  if (Array.isArray(value)) return value.some(isSealed)
  return isObject(value) && Object.values(value).some(isSealed)
}

// core imports nothing, not even Node, so the web's btoa/atob and TextEncoder do the work.
function toBase64Url(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): string | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)))
  } catch {
    return undefined
  }
}
