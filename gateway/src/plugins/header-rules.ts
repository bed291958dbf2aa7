/** Which headers a middleware may change: none that let a request in, frame a message or belong to the connection. */

const FRAMING =
  'content-length|content-type|content-encoding|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect'
const CREDENTIALS =
  'authorization|proxy-authorization|x-api-key|api-key|x-goog-api-key|cookie|set-cookie2?|x-amz-[a-z0-9-]+'

const CREDENTIAL = new RegExp(`^(?:${CREDENTIALS})$`)
const GUARDED_UPSTREAM = new RegExp(`^(?:${FRAMING}|${CREDENTIALS}|host|accept-encoding|x-sluice-[a-z-]+)$`)
const GUARDED_ANSWER = new RegExp(`^(?:${FRAMING}|date|set-cookie2?)$`)

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

export type HeaderSide = 'request' | 'answer'

/** Why it may not be set or taken away; undefined when it may. */
export function headerFault(side: HeaderSide, name: string, value = ''): string | undefined {
  const lower = name.toLowerCase()
  if (!NAME.test(lower)) return `"${name}" is no header name`
  if ((side === 'request' ? GUARDED_UPSTREAM : GUARDED_ANSWER).test(lower))
    return `the header "${name}" cannot be changed`
  return VALUE.test(value) ? undefined : `the value of the header "${name}" cannot stand in a header`
}

/** Whether a header says who somebody is. */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name.toLowerCase())
}
