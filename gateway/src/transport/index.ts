/** Bytes: HTTP pools, framing, the real clock. Knows nothing of what the bytes mean. */

export { addressGuard, type AddressGuard, type GuardRules, refusalNow } from './address-guard.ts'
export * from './client.ts'
export type * from './upstream.ts'
export { eventStreamFramer, packedMessages } from './event-stream.ts'
export { fetchText, type TextCall } from './fetch-text.ts'
export { ndjsonFramer } from './ndjson.ts'
export { sseFramer } from './sse.ts'
export { systemClock } from './system-clock.ts'
export * from './whole-frames.ts'
