import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { LineWriter } from './line-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-lines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a log', () => {
  test('has every line, in order, once it is closed', async () => {
    const path = join(folder, 'log')
    const lines = new LineWriter(path)
    const wanted = Array.from({ length: 2000 }, (_, n) => `line ${n} ü\n`)
    for (const [n, line] of wanted.entries()) {
      lines.write(line)
      if (n % 300 === 0) await wait(1)
    }
    // What is on its way while it closes is behind what closing writes: nothing is on its way here.
    await expect.poll(() => readFileSync(path, 'utf8').length).toBeGreaterThan(wanted.join('').length - 5000)
    await wait(20)
    await lines.close()
    expect(readFileSync(path, 'utf8')).toBe(wanted.join(''))
    expect(lines.dropped).toBe(0)
  })

  test('that closes in the middle of a write ends when it is written', async () => {
    const path = join(folder, 'under-way')
    const lines = new LineWriter(path)
    const line = `${'x'.repeat(5000)}\n`
    lines.write(line)
    await lines.close()
    expect(readFileSync(path, 'utf8')).toBe(line)
    expect(lines.dropped).toBe(0)
  })

  test('that was closed takes nothing more', async () => {
    const lines = new LineWriter(join(folder, 'closed'))
    await lines.close()
    await lines.close()
    lines.write('late\n')
    expect(lines.dropped).toBe(1)
  })

  test('whose folder is not there is refused at once', () => {
    expect(() => new LineWriter(join(folder, 'none', 'log'))).toThrow('ENOENT')
  })

  // An error that nobody heard would end the process, and this test with it.
  test.skipIf(!existsSync('/dev/full'))('on a full disk is lost, and nothing else is', async () => {
    const lines = new LineWriter('/dev/full')
    lines.write('x'.repeat(5000))
    await expect.poll(() => lines.dropped).toBe(1)
    lines.write('y')
    await lines.close()
    expect(lines.dropped).toBe(2)
  })
})
