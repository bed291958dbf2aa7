/** The way a request has come through gateways of this kind: each writes its own id into a header and knows it again. */

export const HOP_HEADER = 'x-sluice-hops'

/** Longer chains are no design any more. */
const MOST = 8

/** The header for the next hop. */
export function hopsWith(own: string, before: string | undefined): string {
  return before === undefined ? own : `${before}, ${own}`
}

/** Whether a request has been here before, or has come too far. */
export function isLoop(own: string, header: string | undefined): boolean {
  if (header === undefined) return false
  const hops = header.split(',').map((hop) => hop.trim())
  return hops.includes(own) || hops.length >= MOST
}
