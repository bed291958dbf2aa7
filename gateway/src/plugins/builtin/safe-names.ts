/** Names of tools that every provider takes: letters, digits, underscore and dash, at most 64, and no two alike. */

const SAFE = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
const MOST = 64

export function isSafe(name: string): boolean {
  return SAFE.test(name)
}

/** The names that must change, and into what. The same names give the same result, in whatever order they come. */
export function safeNames(names: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(names)].toSorted()
  const taken = new Set(all.filter(isSafe))
  const changed = new Map<string, string>()
  for (const name of all) {
    if (isSafe(name)) continue
    const safe = freeName(name, taken)
    taken.add(safe)
    changed.set(name, safe)
  }
  return changed
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  const begun = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
  if (begun.length <= MOST && !taken.has(begun)) return begun
  for (let turn = 0; ; turn++) {
    const mark = `_${hash(`${turn} ${name}`)}`
    const candidate = begun.slice(0, MOST - mark.length) + mark
    if (!taken.has(candidate)) return candidate
  }
}

/** FNV-1a over UTF-16 units: names want telling apart, not secrecy. */
function hash(text: string): string {
  let value = 0x81_1c_9d_c5
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01_00_01_93) >>> 0
  }
  return value.toString(36)
}
