/** Reads V8 CPU profiles: which functions the time itself was spent in. */

import { readFileSync } from 'node:fs'

export interface CpuProfile {
  /** Microseconds on the machine's monotonic clock. */
  readonly startTime: number
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

export interface Window {
  readonly fromMicros: number
  readonly toMicros: number
}

export interface SelfTime {
  readonly name: string
  readonly place: string
  readonly file: string
  readonly selfMicros: number
  /** With everything it called; a recursion counts once. */
  readonly totalMicros: number
}

export function readProfile(path: string): CpuProfile {
  // V8 wrote it a moment ago.
  return JSON.parse(readFileSync(path, 'utf8')) as CpuProfile
}

/** Per function, largest self time first, of the samples inside the window. */
export function selfTimes(profile: CpuProfile, window: Window): readonly SelfTime[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  )
  const micros = microsByNode(profile, window)
  const found = new Map<string, { -readonly [K in keyof SelfTime]: SelfTime[K] }>()
  const entry = (node: ProfileNode) => {
    const { functionName, url, lineNumber } = node.callFrame
    const file = shortFile(url)
    const place = file === '' ? '' : `${file}:${lineNumber + 1}`
    const name = functionName === '' ? '(anonymous)' : functionName
    const key = `${name} ${place}`
    const own = found.get(key) ?? { name, place, file, selfMicros: 0, totalMicros: 0 }
    found.set(key, own)
    return own
  }
  for (const [id, spent] of micros) {
    const node = nodes.get(id)
    if (node === undefined) continue
    entry(node).selfMicros += spent
    const above = new Set<ReturnType<typeof entry>>()
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const caller = nodes.get(at)
      if (caller !== undefined) above.add(entry(caller))
    }
    for (const caller of above) caller.totalMicros += spent
  }
  return [...found.values()].toSorted((a, b) => b.selfMicros - a.selfMicros)
}

export function byFile(
  times: readonly SelfTime[],
): readonly { readonly file: string; readonly selfMicros: number }[] {
  return [...Map.groupBy(times, ({ file, name }) => (file === '' ? name : file))]
    .map(([file, own]) => ({ file, selfMicros: own.reduce((sum, { selfMicros }) => sum + selfMicros, 0) }))
    .toSorted((a, b) => b.selfMicros - a.selfMicros)
}

function microsByNode(profile: CpuProfile, window: Window): ReadonlyMap<number, number> {
  const micros = new Map<number, number>()
  let at = profile.startTime
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    if (at >= window.fromMicros && at <= window.toMicros) micros.set(id, (micros.get(id) ?? 0) + delta)
  })
  return micros
}

/** Without what every path begins with: the checkout and the folders of packages. */
function shortFile(url: string): string {
  return url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^file:\/\/.*?\/(gateway\/(?:src|dist|bin)\/)/, '$1')
    .replace(/^file:\/\//, '')
}
