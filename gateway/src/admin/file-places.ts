/** Which names on the disk decide what a path means: its own, its folder's, and every link on the way to the file. */

import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'

/** As many as systems follow. */
const MOST_LINKS = 40

/** Absolute paths, of which some may not be there. */
export function placesOf(file: string): readonly string[] {
  const places = new Set<string>()
  let path = file
  for (let hops = 0; hops < MOST_LINKS; hops++) {
    places.add(path).add(dirname(path))
    const link = firstLink(path)
    if (link === undefined) break
    places.add(link)
    path = resolve(dirname(link), readlinkSync(link), path.slice(link.length + 1))
  }
  return [...places]
}

/** What tells one state of a file from another; empty: it is not there or cannot be looked at, or has nothing in it (yet). */
export function stampOf(file: string): string {
  try {
    const facts = statSync(file, { throwIfNoEntry: false })
    return facts === undefined || facts.size === 0 ? '' : `${facts.ino} ${facts.size} ${facts.mtimeMs}`
  } catch {
    return ''
  }
}

/** Which folder stands under this name now; undefined: none, or none that can be looked at. */
export function inodeOf(folder: string): number | undefined {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.ino
  } catch {
    return undefined
  }
}

function firstLink(path: string): string | undefined {
  const { root } = parse(path)
  let at = root
  for (const part of path.slice(root.length).split(sep)) {
    at = join(at, part)
    try {
      if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true) return at
    } catch {
      return undefined
    }
  }
  return undefined
}
