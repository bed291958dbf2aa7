/** LiteLLM's model groups as virtual models: their deployments by the routing strategy, then whom the fallbacks name. */

import type { Deployment } from './litellm-deployment.ts'
import type { FileModels } from './provider-pool.ts'

type FileModel = FileModels[string]

/** Our word for LiteLLM's way to choose among the deployments of a group. */
export const STRATEGIES: ReadonlyMap<string, string> = new Map([
  ['simple-shuffle', 'weighted'],
  ['least-busy', 'least_loaded'],
  ['latency-based-routing', 'fastest_response'],
  ['cost-based-routing', 'cost_optimized'],
  ['usage-based-routing', 'least_loaded'],
  ['usage-based-routing-v2', 'least_loaded'],
])

/** As deep as LiteLLM follows fallbacks of fallbacks. */
const DEPTH = 5

export interface Groups {
  readonly deployments: ReadonlyMap<string, readonly Deployment[]>
  /** Groups to ask next, by group. */
  readonly fallbacks: ReadonlyMap<string, readonly string[]>
  /** For groups that have none of their own. */
  readonly standard: readonly string[]
  readonly strategy: string
}

export function virtualModels(groups: Groups): FileModels {
  const models = new Map<string, FileModel>()
  const asked = [...groups.deployments].filter(([, own]) => !own.every(({ wildcard }) => wildcard))
  const taken = new Set(asked.map(([name]) => name))
  // What others name is the deployments alone: groups may well fall back on one another.
  const units = new Map(
    asked
      .filter(([name]) => !name.includes('*'))
      .map(([name, own]) => [name, unitOf(name, merged(own), groups, models, taken)] as const),
  )
  for (const [name, own] of asked) {
    const next = followers(name, groups).flatMap((group) => units.get(group) ?? starred(group, groups))
    const unit = units.get(name)
    if (unit === undefined) models.set(name, inFront(groupOf(merged(own), groups), next))
    else {
      const targets = [...new Set([unit, ...next])]
      if (targets.length > 1) models.set(name, { targets, strategy: 'priority' })
      else models.set(name, groupOf(merged(own), groups))
    }
  }
  const used = new Set([...models.values()].flatMap(({ targets }) => targets))
  return Object.fromEntries([...models].filter(([name]) => taken.has(name) || used.has(name)))
}

/** A name with a star is no target of others, so those that come after its own stand beside them and count last. */
function inFront(own: FileModel, next: readonly string[]): FileModel {
  const { targets, strategy, weights } = own
  const more = next.filter((target) => !targets.includes(target))
  if (more.length === 0) return own
  const all = [...targets, ...more]
  if (strategy !== 'weighted') return { targets: all, strategy: 'priority' }
  return {
    targets: all,
    strategy,
    weights: [...(weights ?? targets.map(() => 1)), ...more.map(() => 0)],
  }
}

/** What a name stands for that only fits one with a star. */
function starred(name: string, { deployments }: Groups): readonly string[] {
  const pattern = patternFor(name, [...deployments.keys()])
  if (pattern === undefined) return []
  const [before = '', after = ''] = pattern.split('*')
  const star = name.slice(before.length, name.length - after.length)
  return (deployments.get(pattern) ?? []).map(({ target }) => target.replace('*', () => star))
}

/** The name with a star that fits, and has the longest fixed part. */
export function patternFor(name: string, groups: readonly string[]): string | undefined {
  return groups
    .filter((group) => {
      const [before = '', after, ...more] = group.split('*')
      if (after === undefined || more.length > 0 || name.length < group.length) return false
      return name.startsWith(before) && name.endsWith(after)
    })
    .toSorted((a, b) => b.length - a.length)[0]
}

/** One deployment, or a virtual model that stands for several. */
function unitOf(
  name: string,
  own: readonly Deployment[],
  groups: Groups,
  models: Map<string, FileModel>,
  taken: ReadonlySet<string>,
): string {
  const [only, ...others] = own
  if (only !== undefined && others.length === 0) return only.target
  let unit = `${name.replaceAll(/[\s:]+/g, '-')}-deployments`
  while (taken.has(unit) || models.has(unit)) unit += '-'
  models.set(unit, groupOf(own, groups))
  return unit
}

function groupOf(own: readonly Deployment[], { strategy }: Groups): FileModel {
  const targets = own.map(({ target }) => target)
  if (targets.length === 1) return { targets }
  if (own.every(({ order }) => order !== undefined)) return { targets, strategy: 'priority' }
  if (strategy !== 'weighted') return { targets, strategy }
  return { targets, strategy, weights: own.map(({ weight }) => weight ?? 1) }
}

/** The same target twice is one with the weight of both; a lower `order` is asked first. */
function merged(deployments: readonly Deployment[]): readonly Deployment[] {
  const byTarget = new Map<string, Deployment>()
  for (const deployment of deployments.filter(({ wildcard }) => !wildcard)) {
    const known = byTarget.get(deployment.target)
    const weight = known === undefined ? deployment.weight : (known.weight ?? 1) + (deployment.weight ?? 1)
    byTarget.set(deployment.target, { ...(known ?? deployment), weight })
  }
  const all = [...byTarget.values()]
  return all.every(({ order }) => order !== undefined)
    ? all.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
    : all
}

function followers(name: string, groups: Groups): readonly string[] {
  const order: string[] = []
  const follow = (group: string, depth: number) => {
    if (depth > DEPTH) return
    for (const next of groups.fallbacks.get(group) ?? groups.standard) {
      if (next === name || order.includes(next)) continue
      order.push(next)
      follow(next, depth + 1)
    }
  }
  follow(name, 1)
  return order
}
