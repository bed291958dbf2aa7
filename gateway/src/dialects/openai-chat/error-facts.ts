/** Finds message, code, type and field in the many shapes of error bodies. */

import { arrayOf, isObject, type JsonObject, type JsonValue, numberOf, objectOf, stringOf } from '#core'

export interface WireError {
  readonly message?: string | undefined
  readonly type?: string | undefined
  readonly code?: string | undefined
  readonly param?: string | undefined
  /** The status the body itself names. */
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  /** Seconds to wait, where the body says so in a field of its own. */
  readonly retryAfter?: number | undefined
}

export function readError(body: JsonValue): WireError {
  // Google's compatible endpoint wraps the object in a list.
  const outer = Array.isArray(body) ? body[0] : body
  if (typeof outer === 'string') return { message: outer }
  if (!isObject(outer)) return {}
  const error = outer['error']
  const inner = objectOf(error) ?? outer
  const flat = typeof error === 'string' ? error : undefined
  const code = inner['code'] ?? outer['code']
  const innerError = objectOf(inner['innererror']) ?? objectOf(inner['inner_error'])
  return {
    message: deepest(inner) ?? flat ?? messageOf(inner) ?? stringOf(outer['message']),
    type: stringOf(inner['type']) ?? stringOf(inner['status']),
    code: stringOf(innerError?.['code']) ?? (typeof code === 'string' ? code : undefined),
    param: stringOf(inner['param']),
    status:
      statusIn(code) ??
      statusIn(inner['status_code']) ??
      statusIn(inner['status']) ??
      statusIn(outer['raw_status_code']),
    requestId: stringOf(outer['request_id']),
    retryAfter: numberOf(inner['retry_after']) ?? retryInfo(inner),
  }
}

/** OpenRouter says "Provider returned error" and hides what the provider said in `metadata.raw`. */
function deepest(inner: JsonObject): string | undefined {
  const raw = stringOf(objectOf(inner['metadata'])?.['raw'])
  return raw === undefined || raw.startsWith('<') ? undefined : (rawMessage(raw) ?? raw)
}

function rawMessage(raw: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(raw)
    return isObject(parsed) ? readError(parsed).message : undefined
  } catch {
    return undefined
  }
}

function messageOf(inner: JsonObject): string | undefined {
  for (const field of ['message', 'msg', 'detail', 'error_message']) {
    const value = inner[field]
    if (typeof value === 'string') return value
    if (value !== undefined && value !== null) return details(value)
  }
  return undefined
}

/** Validation lists: `[{loc: ["body", "n"], msg: "…"}]`. */
function details(value: JsonValue): string {
  const list = arrayOf(value) ?? arrayOf(objectOf(value)?.['detail'])
  const lines = (list ?? []).filter(isObject).map((one) => {
    const where = (arrayOf(one['loc']) ?? []).map((step) => stringOf(step) ?? JSON.stringify(step)).join('.')
    return `${where}${where === '' ? '' : ': '}${stringOf(one['msg']) ?? ''}`
  })
  return lines.length > 0 ? lines.join('; ') : JSON.stringify(value)
}

function statusIn(value: JsonValue | undefined): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : numberOf(value)
  return status !== undefined && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : undefined
}

function retryInfo(inner: JsonObject): number | undefined {
  for (const detail of arrayOf(inner['details']) ?? []) {
    const delay = isObject(detail) ? stringOf(detail['retryDelay']) : undefined
    const seconds = delay === undefined ? Number.NaN : Number.parseFloat(delay)
    if (Number.isFinite(seconds)) return seconds
  }
  return undefined
}
