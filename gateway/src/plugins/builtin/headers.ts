/** Sets, removes and passes on headers of the call to the provider, and sets headers of the answer to the client. */

import { headerFault, isCredential } from '../header-rules.ts'
import type { HookedCall, MakeMiddleware } from '../middleware.ts'
import { OptionReader } from '../option-reader.ts'

export const headers: MakeMiddleware = (given) => {
  const options = new OptionReader(given)
  const set = options.table('set')
  const remove = options.texts('remove')
  const pass = options.texts('pass')
  const answer = options.table('answer')
  options.end()
  const sides = [
    ...[...Object.entries(set), ...[...remove, ...pass].map((name) => [name, ''] as const)].map(
      ([name, value]) => headerFault('request', name, value),
    ),
    ...Object.entries(answer).map(([name, value]) => headerFault('answer', name, value)),
    ...pass.filter(isCredential).map((name) => `the header "${name}" is not passed on`),
  ]
  const fault = sides.find((side) => side !== undefined)
  if (fault !== undefined) throw new Error(fault)

  const changesRequest = Object.keys(set).length + remove.length + pass.length > 0
  return {
    name: 'headers',
    ...(changesRequest
      ? { request: (_, call) => ({ headers: { set: { ...passedOn(pass, call), ...set }, remove } }) }
      : {}),
    ...(Object.keys(answer).length === 0 ? {} : { headers: () => answer }),
  }
}

function passedOn(names: readonly string[], call: HookedCall): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = call.header(name)
      return value === undefined || headerFault('request', name, value) !== undefined ? [] : [[name, value]]
    }),
  )
}
