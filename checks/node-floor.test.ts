/** The guard at the head of every script: refuses an old Node in words an old Node can read. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const GUARD = join(import.meta.dirname, 'node-floor.cjs')

/** Runs the guard in a process of its own which believes to be that version. */
const AS_VERSION = `
  const { readFileSync } = require('node:fs')
  const [, guard, version] = process.argv
  const told = { versions: { node: version }, exit: (code) => process.exit(code) }
  require('node:vm').runInNewContext(readFileSync(guard, 'utf8'), { process: told, console })
`

function runAs(version: string) {
  return spawnSync(process.execPath, ['-e', AS_VERSION, GUARD, version], { encoding: 'utf8' })
}

describe('the node floor', () => {
  test.each(['18.20.4', '20.20.2', '22.23.3', '24.0.2', '24.14.9', '24.9.30'])('refuses %s', (version) => {
    const { status, stderr } = runAs(version)
    expect(status).toBe(1)
    expect(stderr).toContain(version)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test.each(['24.15.0', '24.15.1', '24.21.0', '25.0.0', '26.10.0', '100.0.0'])('lets %s in', (version) => {
    expect(runAs(version)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  test('lets the Node of this run in', () => {
    expect(spawnSync(process.execPath, [GUARD], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
  })

  test('is the floor that both manifests name', () => {
    const floors = ['../package.json', '../gateway/package.json'].map(
      (path) => JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8')).engines.node,
    )
    const [, floor] = /FLOOR = \[([\d, ]+)\]/.exec(readFileSync(GUARD, 'utf8')) ?? []
    expect(floors).toEqual(Array(2).fill(`>=${floor?.replaceAll(', ', '.')}`))
  })

  test.each(['start', 'test', 'bench'])('stands before everything else in `npm run %s`', (script) => {
    const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
    expect(scripts[script]).toMatch(/^node checks\/node-floor\.cjs && /)
  })
})
