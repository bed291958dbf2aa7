/**
 * Ids of calls for a provider that takes nine letters and digits (pitfall 33). Made from the id alone, so that the same history
 * always gives the same bytes; calls and their results get the same one.
 */

import type { Message } from '#core'

const LENGTH = 9
const FITS = /^[A-Za-z0-9]{9}$/
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function withShortCallIds(messages: readonly Message[]): Message[] {
  const given = new Map<string, string>()
  const taken = new Set<string>()
  const short = (id: string): string => {
    const known = given.get(id)
    if (known !== undefined) return known
    let name = FITS.test(id) ? id : digest(id)
    for (let turn = 1; taken.has(name); turn++) name = digest(`${id}#${turn}`)
    given.set(id, name)
    taken.add(name)
    return name
  }
  return messages.map((message): Message => {
    if (message.role === 'tool') {
      return { ...message, parts: message.parts.map((part) => ({ ...part, callId: short(part.callId) })) }
    }
    if (message.role !== 'assistant') return message
    const parts = message.parts.map((part) =>
      part.type === 'tool-call' ? { ...part, id: short(part.id) } : part,
    )
    return { ...message, parts }
  })
}

/** Nine characters out of two 32-bit sums (FNV-1a from two starts); clashes are seen to above. */
function digest(id: string): string {
  let rest = BigInt(sum(id, 0x811c9dc5)) * 4294967296n + BigInt(sum(id, 0x9747b28c))
  let text = ''
  while (text.length < LENGTH) {
    text += LETTERS[Number(rest % 62n)]
    rest /= 62n
  }
  return text
}

function sum(text: string, start: number): number {
  let value = start
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0
  return value
}
