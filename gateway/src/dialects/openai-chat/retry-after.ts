/** How long a provider asks us to wait: in headers, in fields of the body, or only in a sentence. */

import type { HeaderReader } from '../dialect.ts'
import type { WireError } from './error-facts.ts'

export function retryAfterMs(headers: HeaderReader, wire: WireError): number | undefined {
  const milliseconds = positive(headers('retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const seconds = headerSeconds(headers) ?? wire.retryAfter ?? inWords(wire.message ?? '')
  return seconds === undefined || seconds < 0 ? undefined : Math.ceil(seconds * 1000)
}

function headerSeconds(headers: HeaderReader): number | undefined {
  const header = headers('retry-after')
  const seconds = positive(header)
  if (seconds !== undefined || header === undefined) return seconds
  // A date is read against the server's own clock; ours is not to be asked here.
  const until = Date.parse(header)
  const now = Date.parse(headers('date') ?? '')
  return Number.isNaN(until) || Number.isNaN(now) ? undefined : Math.max(0, (until - now) / 1000)
}

function positive(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
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
