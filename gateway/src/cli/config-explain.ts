/** `sluice config explain`: who says something about one setting, who wins, and why. */

import { explainField } from '#config'
import { oneValue, orFail, print, type SourceFlags, sourcesOf } from './config-sources.ts'
import { fail } from './failure.ts'

export async function configExplain(asked: string, flags: SourceFlags): Promise<void> {
  const { field, secret, bids, known, suggestion } = await orFail(async () =>
    explainField(asked, await sourcesOf(flags)),
  )
  const shown = (value: unknown) => `${oneValue(value)}${secret ? ' (fingerprint)' : ''}`
  const [winner, ...others] = bids
  if (winner === undefined) {
    if (!known) {
      const hint = suggestion === undefined ? '' : ` (${suggestion})`
      fail([`${asked} is no setting and no variable of Sluice${hint}`])
    }
    return print(`${field}: nobody sets it, and it has no default`)
  }
  print(`${field} = ${shown(winner.value)}`)
  const why = others.length === 0 ? 'nobody else says anything' : 'the strongest source that says anything'
  print(`  ${winner.place}: ${shown(winner.value)}  wins: ${why}`)
  for (const { place, value } of others) print(`  ${place}: ${shown(value)}  overridden by ${winner.place}`)
}
