/** Whether a target may be asked: by what the whole house lets in, and by what one client may. */

import { GatewayError } from '#core'
import type { Target } from '../exchange.ts'
import type { Client } from './client.ts'
import type { ModelFilter } from './model-filter.ts'

export interface Limits {
  /** Of the whole house; absent: everything may be asked for. */
  readonly filter: ModelFilter | undefined
  /** Absent: somebody without a name, or nobody in particular. */
  readonly client: Client | undefined
}

/** `asked`: the name as the client wrote it. */
export function mayAsk({ provider, model }: Target, asked: string, { filter, client }: Limits): boolean {
  if (filter === undefined && client === undefined) return true
  const names = [asked, model, `${provider.name}:${model}`]
  return (
    filter?.allows(names) !== false &&
    client?.models?.allows(names) !== false &&
    client?.providers?.has(provider.name) !== false
  )
}

export function notAllowed(model: string): GatewayError {
  const code = 'model_not_allowed'
  return new GatewayError('permission', `Model "${model}" may not be asked for here.`, {
    param: 'model',
    code,
  })
}
