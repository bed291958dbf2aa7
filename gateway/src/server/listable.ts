/** Which names a list may show: those that whoever asks may also use. */

import { GatewayError } from '#core'
import { resolve } from '#pipeline'
import type { House } from './context.ts'
import type { Entrant } from './gate.ts'

/** `name`: as a client would send it. */
export function listable(
  { rules, providers }: Pick<House, 'rules' | 'providers'>,
  { client }: Pick<Entrant, 'client'>,
): (name: string) => boolean {
  if (rules.filter === undefined && client === undefined) return everything
  return (name) => {
    try {
      resolve({ model: name, headers: {}, client }, rules, providers)
      return true
    } catch (thrown) {
      if (thrown instanceof GatewayError) return thrown.type !== 'permission'
      throw thrown
    }
  }
}

const everything = (): boolean => true
