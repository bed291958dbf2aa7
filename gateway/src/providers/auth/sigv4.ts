/** AWS Signature Version 4 over one request, with the day's key kept. */

import { createHash, createHmac } from 'node:crypto'

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export interface Signable {
  readonly method: string
  readonly host: string
  /** As it goes over the wire, with its query. */
  readonly path: string
  /** Further headers to put under the signature, lower-case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

/** Gives the headers to add, as a flat list. `at` is epoch milliseconds. */
export type Signer = (call: Signable, keys: AwsKeys, at: number) => string[]

export function signer(region: string, service: string): Signer {
  let kept: { readonly secret: string; readonly day: string; readonly key: Buffer } | undefined
  return (call, keys, at) => {
    const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const day = time.slice(0, 8)
    if (kept?.day !== day || kept.secret !== keys.secretAccessKey) {
      kept = { secret: keys.secretAccessKey, day, key: dayKey(keys.secretAccessKey, day, region, service) }
    }
    const added = [
      'x-amz-date',
      time,
      'x-amz-content-sha256',
      sha256(call.body ?? ''),
      ...(keys.sessionToken === undefined ? [] : ['x-amz-security-token', keys.sessionToken]),
    ]
    const scope = `${day}/${region}/${service}/aws4_request`
    const { text, names } = canonical(call, added)
    const told = ['AWS4-HMAC-SHA256', time, scope, sha256(text)].join('\n')
    const signature = createHmac('sha256', kept.key).update(told).digest('hex')
    const credential = `Credential=${keys.accessKeyId}/${scope}`
    return [
      ...added,
      'authorization',
      `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
    ]
  }
}

function canonical(call: Signable, added: readonly string[]): { text: string; names: string } {
  const headers: [string, string][] = [...Object.entries(call.headers), ['host', call.host]]
  for (let i = 0; i + 1 < added.length; i += 2) headers.push([added[i] ?? '', added[i + 1] ?? ''])
  headers.sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`)
  const names = headers.map(([name]) => name).join(';')
  const [path = '', query = ''] = call.path.split('?')
  // Every service but S3 has the path, escaped already, escaped once more.
  const twice = path.split('/').map(escaped).join('/')
  const hash = sha256(call.body ?? '')
  return { text: [call.method, twice, sortedQuery(query), lines.join(''), names, hash].join('\n'), names }
}

function sortedQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)].map(
    ([name, value]) => [escaped(name), escaped(value)] as const,
  )
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** Everything but letters, digits and `-_.~`. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function dayKey(secret: string, ...steps: readonly string[]): Buffer {
  const start: string | Buffer = `AWS4${secret}`
  return [...steps, 'aws4_request'].reduce(
    (key: string | Buffer, step) => createHmac('sha256', key).update(step).digest(),
    start,
  ) as Buffer // there is always at least the last step
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
