/** The kinds of values the schema is made of. Text is accepted where a number or a switch is meant: variables are text. */

import { z } from 'zod'

export const PASSTHRU = '!PASSTHRU'

/** What `ENVIRONMENT` may be. */
export const ENVIRONMENTS = ['development', 'staging', 'production'] as const

interface Bounds {
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}

/** `expected` continues "must be". */
export function number(expected: string, { min, max, whole = false }: Bounds) {
  const message = `must be ${expected}`
  const schema = z.number(message).min(min, message).max(max, message)
  return z.preprocess(numberFromText, whole ? schema.int(message) : schema)
}

/** As long as Node's timers can count. */
export function seconds() {
  return number('a number of seconds, 0 or more', { min: 0, max: 2_000_000 })
}

export function text(expected = 'a text') {
  return z.string(`must be ${expected}`).trim().min(1, { error: 'must not be blank', abort: true })
}

export function word() {
  return z.preprocess(lowerCase, text())
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess(lowerCase, z.enum(words, `must be one of ${words.join(', ')}`))
}

/** A list; one text alone is a list of one. */
export function texts() {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(text(), 'must be a list of texts'),
  )
}

export function flag() {
  return z.preprocess(switchFromText, z.boolean('must be true or false (1, yes, on; 0, no, off)'))
}

/** Bytes, or a text like `32mb`. */
export function bytes() {
  const message = 'must be a size of at least 1024 bytes, such as 33554432 or "32mb"'
  return z.preprocess(bytesFromText, z.number(message).int(message).min(1024, message))
}

/** One key, several as a list, or several in one text between blanks. */
export function keys() {
  const list = z.array(z.string('must be a key or a list of keys'), 'must be a key or a list of keys')
  return z.preprocess(
    keysFromText,
    list.superRefine((found, context) => {
      const message = keysFault(found)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    }),
  )
}

function keysFault(found: readonly string[]): string | undefined {
  if (found.length === 0) return 'is blank; give a key or take it away'
  if (found.some((key) => key.trim() === '')) return 'has a blank among its keys'
  if (found.includes(PASSTHRU) && found.length > 1) return `mixes ${PASSTHRU} with keys; it must stand alone`
  if (found.some((key) => key.startsWith('!') && key !== PASSTHRU))
    return `knows no mark other than ${PASSTHRU}`
  // Anything else cannot stand in a request header.
  if (found.some((key) => !/^[\x21-\x7e]+$/.test(key)))
    return 'has a key with blanks or characters outside ASCII'
  return undefined
}

/** These are the connection's own, never a matter of configuration. */
const CONNECTION_HEADERS = new Set(['connection', 'content-length', 'transfer-encoding', 'upgrade', 'expect'])

export function headers() {
  const name = z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/i, 'is no header name')
    .refine((value) => !CONNECTION_HEADERS.has(value.toLowerCase()), 'is a header that cannot be set')
  const value = z
    .string('must be a text')
    .regex(/^[^\r\n]*$/, 'has a line break in its value')
    .regex(/^[\t\x20-\x7e\x80-\xff\r\n]*$/, 'has a character that cannot stand in a header')
  return z.record(name, value, 'must be a table of headers')
}

function numberFromText(value: unknown): unknown {
  return typeof value === 'string' && /^\s*[-+]?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase() : value
}

const SWITCHES = new Map([
  ...['true', '1', 'yes', 'on'].map((name) => [name, true] as const),
  ...['false', '0', 'no', 'off'].map((name) => [name, false] as const),
])

/** Whether a value that may be a text says yes. */
export function isOn(value: unknown): boolean {
  return switchFromText(value) === true
}

function switchFromText(value: unknown): unknown {
  return SWITCHES.get(String(value).trim().toLowerCase()) ?? value
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function bytesFromText(value: unknown): unknown {
  const [, digits, unit] = (typeof value === 'string' && /^\s*(\d+)\s*([kmg]?)i?b?\s*$/i.exec(value)) || []
  return digits === undefined ? value : Number(digits) * (UNITS[(unit ?? '').toLowerCase()] ?? 1)
}

function keysFromText(value: unknown): unknown {
  return typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value
}

/** A group of settings; an unknown key is refused. */
export function table<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be a table' : undefined),
  })
}
