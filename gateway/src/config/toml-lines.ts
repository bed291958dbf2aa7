/** On which line a TOML key stands. The TOML library keeps no positions; this scan is exact for usual files and otherwise
 *  names the nearest line above. */

type FilePath = readonly (string | number)[]

const PART = String.raw`(?:"[^"]*"|'[^']*'|[\w-]+)`
const DOTTED = String.raw`${PART}(?:\s*\.\s*${PART})*`
const HEADER = new RegExp(String.raw`^\s*(\[\[?)\s*(${DOTTED})\s*\]`)
const ASSIGNMENT = new RegExp(String.raw`^\s*(${DOTTED})\s*=`)

/** Line numbers by `key(path)`. */
export function tomlLines(source: string): (path: FilePath) => number | undefined {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table: FilePath = []
  let quote: string | undefined
  for (const [index, line] of source.split('\n').entries()) {
    if (quote !== undefined) {
      if (line.includes(quote)) quote = undefined
      continue
    }
    const header = HEADER.exec(line)
    const assignment = ASSIGNMENT.exec(line)
    if (header !== null) {
      table = partsOf(header[2] ?? '')
      if (header[1] === '[[') table = nextEntry(table, counts)
      note(lines, table, index + 1)
    } else if (assignment !== null) {
      note(lines, [...table, ...partsOf(assignment[1] ?? '')], index + 1)
      quote = openedQuote(line)
    }
  }
  return (path) => nearestLine(lines, path)
}

function partsOf(dotted: string): string[] {
  return [...dotted.matchAll(new RegExp(PART, 'g'))].map(([part]) => part.replace(/^["']|["']$/g, ''))
}

function nextEntry(table: FilePath, counts: Map<string, number>): FilePath {
  const count = counts.get(keyOf(table)) ?? 0
  counts.set(keyOf(table), count + 1)
  return [...table, count]
}

/** A parent takes the line of its first child, unless it has one of its own. */
function note(lines: Map<string, number>, path: FilePath, line: number): void {
  for (let length = path.length; length > 0; length--) {
    const key = keyOf(path.slice(0, length))
    if (!lines.has(key)) lines.set(key, line)
  }
}

function openedQuote(line: string): string | undefined {
  return ['"""', "'''"].find((mark) => line.split(mark).length === 2)
}

function nearestLine(lines: ReadonlyMap<string, number>, path: FilePath): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(keyOf(path.slice(0, length)))
    if (line !== undefined) return line
  }
  return undefined
}

function keyOf(path: FilePath): string {
  return JSON.stringify(path)
}
