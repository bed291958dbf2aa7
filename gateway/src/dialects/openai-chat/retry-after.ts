/** How long a provider asks us to wait: in headers, in fields of the body, or only in a sentence. */

import type { HeaderReader } from '../dialect.ts'
import { toldWait } from '../told-wait.ts'
import type { WireError } from './error-facts.ts'

export function retryAfterMs(status: number, headers: HeaderReader, wire: WireError): number | undefined {
  const told = toldWait(status, headers)
  if (told !== undefined) return told
  const seconds = wire.retryAfter ?? inWords(wire.message ?? '')
  return seconds === undefined || seconds < 0 ? undefined : Math.ceil(seconds * 1000)
}

/** "Please try again in 1m20.5s", "retry after 6 seconds", "try again in 250ms". */
function inWords(message: string): number | undefined {
  const found =
    /(?:try again|retry)(?: again)? (?:in|after) (?:(\d+)h)?(?:(\d+)m(?!s))?\s?(?:(\d+(?:\.\d+)?)\s?(ms|s))?/i.exec(
      message,
    )
  if (found === null) return undefined
  const [, hours, minutes, rest, unit] = found
  if (hours === undefined && minutes === undefined && rest === undefined) return undefined
  const tail = Number(rest ?? 0) / (unit?.toLowerCase() === 'ms' ? 1000 : 1)
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + tail
}
