/** Portkey's nested targets as virtual models within virtual models. */

import type { Part } from './part.ts'
import { DEPTH, modeOf } from './portkey-lines.ts'
import { leafOf, type PortkeyTools } from './portkey-targets.ts'
import { type FileModels, plainName } from './provider-pool.ts'

type FileModel = FileModels[string]

/** Enters a virtual model `name` for the node and what it holds; false when some target leaves the model to the request. */
export function enterModels(
  node: Part,
  name: string,
  above: readonly Part[],
  tools: PortkeyTools,
  models: Record<string, FileModel>,
): boolean {
  const found = modelOf(node, name, above, { ...tools, models })
  if (found === undefined) return false
  models[name] = found
  return true
}

interface GroupTools extends PortkeyTools {
  readonly models: Record<string, FileModel>
}

function modelOf(node: Part, name: string, above: readonly Part[], tools: GroupTools): FileModel | undefined {
  const all = node.at('targets').items()
  const mode = modeOf(node)
  if (all.length === 0 || above.length > DEPTH) {
    const target = targetOf(node, above, tools)
    return target === undefined ? undefined : { targets: [target] }
  }
  const asked = mode === 'fallback' || mode === 'loadbalance' ? all : all.slice(0, 1)
  const units = asked.map((target, i) => unitOf(target, `${name}-${i + 1}`, [node, ...above], tools))
  const targets = units.flatMap((unit) => unit ?? [])
  if (targets.length < units.length) return undefined
  for (const other of all.slice(asked.length)) other.leave('is never asked: the mode is single')
  if (targets.length === 1) return { targets }
  return mode === 'loadbalance' ? shared(asked, targets, tools) : inOrder(asked, targets)
}

function unitOf(node: Part, wish: string, above: readonly Part[], tools: GroupTools): string | undefined {
  const own = node.at('name').text()
  if (node.at('targets').items().length === 0) return targetOf(node, above, tools)
  // Never the name of a provider, which would count before it.
  const name = `${plainName(own ?? wish)}-targets`
  const free = Object.hasOwn(tools.models, name) ? `${name}-${Object.keys(tools.models).length + 1}` : name
  const found = modelOf(node, free, above, tools)
  if (found === undefined) return undefined
  tools.models[free] = found
  return free
}

function targetOf(node: Part, above: readonly Part[], tools: GroupTools): string | undefined {
  const leaf = leafOf(node, above, tools)
  return leaf?.model === undefined ? undefined : `${leaf.provider}:${leaf.model}`
}

function inOrder(asked: readonly Part[], targets: string[]): FileModel {
  for (const target of asked) target.at('weight').leave('does not count in a fallback')
  return { targets, strategy: 'priority' }
}

/** There one of them is asked and no other; with stand-ins of its own, the others come after them. */
function shared(asked: readonly Part[], targets: string[], { models }: GroupTools): FileModel {
  const weights = asked.map((target) => target.at('weight').number(0, 1_000_000) ?? 1)
  const nested = targets.filter((target) => Object.hasOwn(models, target))
  if (nested.length === 0) return { targets, strategy: 'weighted', weights, fallback_strategy: 'none' }
  for (const [i, target] of targets.entries())
    if (nested.includes(target))
      asked[i]?.at('strategy').leave('after its own targets the others beside it are asked too')
  return { targets, strategy: 'weighted', weights }
}
