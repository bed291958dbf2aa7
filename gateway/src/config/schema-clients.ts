/** The settings of clients that are known by name, and of the door they come through. */

import { isIP } from 'node:net'
import { z } from 'zod'
import { flag, bytes, number, seconds, table, text, texts, word } from './schema-values.ts'

/** More is a mistake: each listens for as long as the gateway runs. */
const MOST_PORTS = 16

const HASH = /^[\da-f]{64}$/i

const clientSettings = table({
  key: texts().optional(),
  key_sha256: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(text().regex(HASH, 'must be 64 hexadecimal digits'), 'must be a list of texts'),
    )
    .optional(),
  models: texts().optional(),
  providers: z.array(word(), 'must be a list of providers').optional(),
}).refine(({ key, key_sha256: hashes }) => (key?.length ?? 0) + (hashes?.length ?? 0) > 0, {
  path: ['key'],
  message: 'is missing: a client needs key or key_sha256',
})

export const clientsSettings = z.record(
  z
    .string()
    .regex(/^[\w.@-]{1,64}$/, 'is no name for a client; use letters, digits, dot, dash, @ and underscore'),
  clientSettings,
  'must be a table of clients',
)

export const serverSettings = table({
  host: text('an address').optional(),
  port: port().optional(),
  ports: ports().optional(),
  allow_open_bind: flag().optional(),
  body_limit: bytes().optional(),
  forward_limit: bytes().optional(),
  shutdown_grace: seconds().optional(),
  keep_alive: seconds().optional(),
  cors_origins: listed().optional(),
  allowed_hosts: listed().optional(),
  upstream_allow: listed()
    .superRefine((items, context) => {
      for (const item of items.filter((one) => !isNetwork(one)))
        context.addIssue({ code: 'custom', message: `has "${item}", which is no network, address or name` })
    })
    .optional(),
  header_timeout: seconds().optional(),
  request_timeout: seconds().optional(),
  max_connections: number('a whole number, 0 or more', { min: 0, max: 1_000_000, whole: true }).optional(),
})

function isNetwork(item: string): boolean {
  const [address = '', bits, ...more] = item.split('/')
  const version = isIP(address)
  if (bits === undefined) return version !== 0 || /^(?:\*|[\w.-]+)$/.test(item)
  return (
    version !== 0 && more.length === 0 && /^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
  )
}

function port() {
  return number('a port from 0 (any free one) to 65535', { min: 0, max: 65_535, whole: true })
}

/** A list; a text is one with commas, and one port alone is a list of one. */
function ports() {
  const message = `must be a list of 1 to ${MOST_PORTS} ports, such as 8082,11434`
  const list = z.array(port(), message).min(1, message).max(MOST_PORTS, message)
  return z.preprocess((value) => {
    if (typeof value === 'number') return [value]
    return typeof value === 'string' ? value.split(/[\s,]+/).filter((item) => item !== '') : value
  }, list)
}

/** A list; a text is one with commas, as variables have them. */
function listed() {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '')
        : value,
    z.array(text(), 'must be a list of texts'),
  )
}
