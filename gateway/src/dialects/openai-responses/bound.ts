/** Requests that build on something the provider keeps: nobody else can serve them. */

import { arrayOf, type GatewayError, invalid, isObject, type JsonObject } from '#core'

const KEPT = ['previous_response_id', 'conversation', 'prompt'] as const

export function buildsOnKept(wire: JsonObject): boolean {
  return KEPT.some((field) => says(wire, field))
}

/** The refusal to translate such a request into another dialect; undefined for all others. */
export function boundToProvider(wire: JsonObject): GatewayError | undefined {
  const field = KEPT.find((name) => says(wire, name))
  if (field !== undefined) return refusal(field, field)
  if (wire['background'] === true) return refusal('background', 'background')
  for (const [index, item] of (arrayOf(wire['input']) ?? []).entries()) {
    if (!isObject(item)) continue
    const type = item['type'] ?? (item['role'] === undefined ? 'item_reference' : 'message')
    if (type === 'item_reference' || type === 'compaction_trigger') return refusal(type, `input[${index}]`)
  }
  return undefined
}

function says(wire: JsonObject, field: string): boolean {
  const value = wire[field]
  return value !== undefined && value !== null && value !== ''
}

/** Clients that put references together by themselves offer this switch. */
const BY_ITSELF = '; many clients do with `store: false`'

function refusal(what: string, param: string): GatewayError {
  return invalid(
    `'${what}' needs a provider that speaks the Responses API itself; the chosen one does not. ` +
      `Send the whole conversation in \`input\` instead${what === 'item_reference' ? BY_ITSELF : ''}.`,
    param,
  )
}
