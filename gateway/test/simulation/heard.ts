/** What a client has heard of a stream: events where they are all there is, else bytes. */

import type { ChatEvent } from '#core'

export function textOf(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

/** The network sends whole frames, and no word of it needs escaping. */
export function textIn(raw: Buffer): string {
  return [...raw.toString('latin1').matchAll(/"content":"([^"]*)"/g)].map(([, text = '']) => text).join('')
}
