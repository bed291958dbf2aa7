/** The command as people run it: real processes, their output and exit codes. */

import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isObject, objectOf } from '#core'

const BIN = fileURLToPath(new URL('../../bin/sluice.cjs', import.meta.url))

let cwd = ''
const running = new Set<ChildProcessWithoutNullStreams>()

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
})

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  rmSync(cwd, { recursive: true })
})

interface Run {
  readonly child: ChildProcessWithoutNullStreams
  /** Everything on standard output up to the match. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Everything on standard error so far. */
  told(): string
  end(): Promise<{ code: number | null; out: string; err: string }>
}

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, ['--conditions=sluice-source', ...args], {
    cwd,
    env: { ...env, XDG_CACHE_HOME: cwd },
  })
  running.add(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += String(chunk)))
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  const closed = once(child, 'close')
  return {
    child,
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(out)
        if (found !== null) return found
        const ended = await Promise.race([
          once(child.stdout, 'data').then(() => false),
          closed.then(() => true),
        ])
        if (ended && !pattern.test(out)) throw new Error(`ended without ${String(pattern)}: ${out}${err}`)
      }
    },
    told: () => err,
    async end() {
      await closed
      return { code: child.exitCode, out, err }
    },
  }
}

const sluice = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  node([BIN, ...args], env)

describe('sluice start', () => {
  test('O01 one command starts it, flags count, SIGTERM ends it with 0', async () => {
    writeFileSync(
      join(cwd, 'my.toml'),
      '[server]\nport = 1\n[providers.acme]\nbase_url = "http://a.example"\napi_key = "k"\n',
    )
    const flags = ['--port', '0', '--host', '127.0.0.1', '--config', 'my.toml', '--log-level', 'silent']
    const run = sluice(['start', ...flags])
    const [, url] = await run.until(/Sluice listens on (http:\/\/127\.0\.0\.1:\d+)[^]*Try it/)
    const answer = await fetch(`${url}/health?strict=false`)
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
    run.child.kill('SIGTERM')
    const { code, out } = await run.end()
    expect(out).toContain('acme  custom')
    expect(code).toBe(0)
  })

  test('with nothing configured it says that the simulator answers; SIGINT ends it with 0', async () => {
    const run = sluice(['start', '--port', '0'], { IMPLICIT_OLLAMA: 'false' })
    await run.until(/built-in simulator answers as provider "demo"[^]*Try it/)
    run.child.kill('SIGINT')
    expect((await run.end()).code).toBe(0)
  })

  test('O01 bad configuration: exit code 1, a line for each problem, no stack', async () => {
    writeFileSync(join(cwd, 'sluice.toml'), '[server]\nprot = 1\n')
    const { code, out, err } = await sluice(['start'], { PORT: '99999' }).end()
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err.trimEnd().split('\n')).toEqual([
      'sluice: environment PORT: server.port: must be a port from 0 (any free one) to 65535 (got "99999")',
      'sluice: sluice.toml:2: server.prot: is no known key (did you mean "port"?)',
    ])
  })

  test('an unknown flag or command is refused with a suggestion', async () => {
    const flag = await sluice(['start', '--prot', '1']).end()
    expect([flag.code, flag.err]).toEqual([1, expect.stringContaining('--port')])
    const command = await sluice(['strat']).end()
    expect([command.code, command.err]).toEqual([1, expect.stringContaining('start')])
  })
})

const providersFile = (...names: string[]) =>
  names.map((name) => `[providers.${name}]\nbase_url = "http://127.0.0.1:9"\napi_key = "k"\n`).join('')

test('G50 D34 SIGHUP lets it read its sources again; a broken file changes nothing and is told in the log', async () => {
  const path = join(cwd, 'sluice.toml')
  writeFileSync(path, providersFile('acme'))
  const run = sluice(['start', '--port', '0'], { HEALTH_CHECK_INTERVAL: '0' })
  const [, url] = await run.until(/Sluice listens on (http:\S+)[^]*Try it/)
  const names = async () => {
    const body: unknown = await (await fetch(`${url}/health?strict=false`)).json()
    return Object.keys(objectOf(isObject(body) ? body['providers'] : undefined) ?? {})
  }
  writeFileSync(path, providersFile('acme', 'more'))
  run.child.kill('SIGHUP')
  await expect.poll(names).toEqual(['acme', 'more'])
  writeFileSync(path, '[providers.acme\n')
  run.child.kill('SIGHUP')
  await expect.poll(() => run.told()).toMatch(/"outcome":"refused".*sluice.toml:1/)
  expect(await names()).toEqual(['acme', 'more'])
  run.child.kill('SIGTERM')
  expect((await run.end()).code).toBe(0)
})

test('a second signal ends it at once with 1', async () => {
  const signals = new URL('signals.ts', import.meta.url).href
  const never = 'close() { console.log("closing"); return new Promise(() => {}) }'
  const script = `const { closeOnSignal } = await import(${JSON.stringify(signals)})
    closeOnSignal({ ${never} }); setInterval(() => {}, 1000); console.log("ready")`
  const run = node(['--input-type=module', '-e', script])
  await run.until(/ready/)
  run.child.kill('SIGTERM')
  await run.until(/closing/)
  run.child.kill('SIGTERM')
  expect((await run.end()).code).toBe(1)
})

test('sluice simulator listens, answers and ends on a signal', async () => {
  const run = sluice(['simulator', '--port', '0'])
  const [, url] = await run.until(/listens on (http:\S+)/)
  const answer = await fetch(`${url}/v1/models`)
  expect(answer.status).toBe(200)
  await answer.body?.cancel()
  run.child.kill('SIGTERM')
  expect((await run.end()).code).toBe(0)
})

test('O10 sluice version tells both versions', async () => {
  const { code, out } = await sluice(['version']).end()
  expect([code, out]).toEqual([0, expect.stringMatching(/^sluice \d+\.\d+\.\d+ \(Node \d+/)])
})

describe('wrong use is one line and exit code 1:', () => {
  test.each([
    [['strat'], "unknown command 'strat' (Did you mean start?)"],
    [['start', '--prot', '1'], "unknown option '--prot' (Did you mean --port?)"],
    [['start', '--port'], "option '--port <number>' argument missing"],
    [['start', 'now'], "too many arguments for 'start'. Expected 0 arguments but got 1: now."],
    [
      ['start', '--config', 'a.toml', '--config', 'b.toml'],
      "option '--config <file>' argument 'b.toml' is invalid. It is given twice, before as 'a.toml'.",
    ],
    [['start', '--config', ''], "option '--config <file>' argument '' is invalid. It must name a file."],
    [['config', 'explain'], "missing required argument 'field'"],
    [['explain', 'm', '--body', 'folder'], 'folder is a folder'],
    [['explain', 'm', '--body', 'none'], 'none does not exist'],
    [['explain', 'm', '--url', 'here'], 'flag --url: must be like http://127.0.0.1:8082 (got "here")'],
    [
      ['explain', 'm', '--url', 'http://me:secret@127.0.0.1:9'],
      'flag --url: must hold no user and no password; the key comes from PROXY_API_KEY',
    ],
    [['explain', 'm', '--url', 'http://127.0.0.1:1'], 'http://127.0.0.1:1 does not answer: bad port'],
    [['replay', '--config', 'empty.toml', '--traces', 'folder'], 'folder is a folder'],
    [['simulator', '--fixtures', 'none'], 'flag --fixtures: "none" is no folder'],
  ])('%j', async (args, line) => {
    mkdirSync(join(cwd, 'folder'))
    writeFileSync(join(cwd, 'empty.toml'), '')
    const { code, err, out } = await sluice(args).end()
    expect([code, out, err]).toEqual([1, '', `sluice: ${line}\n`])
  })
})

test('who reads only the first line ends nothing badly', async () => {
  const run = sluice(['config', 'schema'])
  run.child.stdout.destroy()
  const { code, err } = await run.end()
  expect([code, err]).toEqual([0, ''])
})

describe('a checkout that was not built', () => {
  test('is run from its sources', async () => {
    const gateway = join(BIN, '../..')
    mkdirSync(join(cwd, 'bin'))
    for (const file of ['sluice.cjs', 'start.mjs'])
      copyFileSync(join(gateway, 'bin', file), join(cwd, 'bin', file))
    copyFileSync(join(gateway, 'package.json'), join(cwd, 'package.json'))
    symlinkSync(join(gateway, 'src'), join(cwd, 'src'))
    const child = spawnSync(process.execPath, [join(cwd, 'bin/sluice.cjs'), 'config', 'validate'], {
      cwd,
      env: { XDG_CACHE_HOME: cwd },
      encoding: 'utf8',
    })
    expect([child.status, child.stderr]).toEqual([0, ''])
    expect(child.stdout).toContain('The configuration is valid')
  })
})

describe('an old Node', () => {
  test('gets one polite line and exit code 1', async () => {
    writeFileSync(
      join(cwd, 'old.cjs'),
      'Object.defineProperty(process.versions, "node", { value: "24.14.9" })',
    )
    const { code, out, err } = await node(['--require', './old.cjs', BIN, 'version']).end()
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err).toBe('Sluice needs Node 24.15.0 or newer; this is Node 24.14.9.\n')
  })

  test('can read the file: nothing in it is newer than ES5', () => {
    const code = readFileSync(BIN, 'utf8').replaceAll(/^\s*\/\/.*$|^#!.*$/gm, '')
    expect(code).not.toMatch(/\b(?:const|let|class|async|await|import|export)\b|=>|`|\.\.\.|\?\.|\?\?/)
  })
})
