/** Portkey's nested targets flattened to one list of providers, for configs that leave the model to the request. */

import type { Part } from './part.ts'
import { type Leaf, leafOf, type PortkeyTools } from './portkey-targets.ts'

export interface Line {
  readonly leaves: readonly Leaf[]
  /** As many as there are leaves; 0 for those that only stand in. */
  readonly weights?: readonly number[]
  /** Whether the others are asked when the first fails. */
  readonly failsOver: boolean
}

/** As deep as anyone nests by hand. */
export const DEPTH = 5

export function lineOf(node: Part, above: readonly Part[], tools: PortkeyTools): Line {
  const targets = node.at('targets').items()
  if (targets.length === 0 || above.length > DEPTH) {
    const leaf = leafOf(node, above, tools)
    return { leaves: leaf === undefined ? [] : [leaf], failsOver: false }
  }
  const mode = modeOf(node)
  const [first, ...others] = targets
  if (mode === 'single' && first !== undefined) {
    for (const other of others) other.leave('is never asked: the mode is single')
    return lineOf(first, [node, ...above], tools)
  }
  const lines = targets.map((target) => {
    target.at('name').text()
    return lineOf(target, [node, ...above], tools)
  })
  return mode === 'loadbalance' ? shared(targets, lines) : inOrder(targets, lines)
}

export function modeOf(node: Part): string {
  const mode = node.at('strategy').at('mode')
  const word = (mode.text() ?? 'single').toLowerCase()
  if (!['fallback', 'loadbalance', 'single', 'conditional'].includes(word))
    mode.leave('is no mode that is known; taken as single')
  return word
}

function inOrder(targets: readonly Part[], lines: readonly Line[]): Line {
  for (const target of targets) target.at('weight').leave('does not count in a fallback')
  const [first, ...rest] = lines
  const later = rest.flatMap(({ leaves }) => leaves)
  rest.forEach((line, i) => {
    if (line.weights !== undefined)
      targets[i + 1]
        ?.at('strategy')
        .leave('is asked in the order of its targets, as it stands in for another')
  })
  const leaves = [...(first?.leaves ?? []), ...later]
  if (first?.weights === undefined) return { leaves, failsOver: true }
  return { leaves, weights: [...first.weights, ...later.map(() => 0)], failsOver: true }
}

function shared(targets: readonly Part[], lines: readonly Line[]): Line {
  const failsOver = lines.some((line) => line.failsOver)
  const weights = lines.flatMap((line, i) => {
    const weight = targets[i]?.at('weight').number(0, 1_000_000) ?? 1
    const own = line.weights ?? line.leaves.map((_, place) => (place === 0 ? 1 : 0))
    const sum = own.reduce((total, each) => total + each, 0)
    if (line.failsOver)
      targets[i]?.at('strategy').leave('its own stand-ins are shared by all targets of the list')
    return own.map((each) => (sum === 0 ? 0 : Number(((weight * each) / sum).toFixed(6))))
  })
  return { leaves: lines.flatMap(({ leaves }) => leaves), weights, failsOver }
}
