/**
 * `npm run e2e:clients`: real agents finish a task with a tool call through providers of every other dialect. Installs their
 * packages into a cache folder (`SLUICE_CLIENTS_DIR`, by default below the temporary directory) the first time, about 1.2 GB.
 *
 * Words on the command line choose: a provider's dialect, or a part of a client's name.
 */

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '#config'
import { startGateway } from '#main'
import { PRESET_FACTS } from '#providers'
import { type Simulator, startSimulator } from '#simulator'
import { claudeCode } from './claude-code.ts'
import type { Client, Command } from './client.ts'
import { codex } from './codex.ts'
import { geminiCli } from './gemini-cli.ts'
import { opencode } from './opencode.ts'
import { LAST_WORD, model, TASK } from './task.ts'

const CLIENTS: readonly Client[] = [claudeCode, codex, geminiCli, opencode]
const PROVIDERS = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'ollama', 'bedrock']
const LIMIT_MS = 120_000

const isDialect = (word: string): boolean => PROVIDERS.includes(word)

const folder = process.env['SLUICE_CLIENTS_DIR'] ?? join(tmpdir(), 'sluice-clients')

/** Without install scripts: what the clients need comes as packages of their platform. */
function install(): void {
  const wanted = JSON.stringify({
    private: true,
    dependencies: Object.fromEntries(CLIENTS.map((client) => [client.package, client.version])),
  })
  const manifest = join(folder, 'package.json')
  if (existsSync(manifest) && readFileSync(manifest, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  process.stdout.write(`Installing ${CLIENTS.length} clients into ${folder} …\n`)
  writeFileSync(manifest, wanted)
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    for (const script of ['@anthropic-ai/claude-code/install.cjs', 'opencode-ai/postinstall.mjs'])
      execFileSync(process.execPath, [join(folder, 'node_modules', script)], { cwd: folder, stdio: 'ignore' })
  } catch (fault) {
    rmSync(manifest)
    throw fault
  }
}

interface Verdict {
  readonly fault?: string
  readonly seconds: number
}

async function tryOut(client: Client, dialect: string, simulator: Simulator): Promise<Verdict> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-e2e-'))
  const script = `${client.name}-${dialect}`.replaceAll(/\W+/g, '-')
  const gateway = await startGateway({
    config: loadConfig({
      env: {
        PORT: '0',
        LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
        UP_API_KEY: 'provider-key',
        UP_BASE_URL: simulator.script(script, model(client)),
        UP_API_FORMAT: dialect === 'openai-chat' ? 'openai' : dialect,
        UP_TYPE: 'custom',
      },
      cwd: home,
      presets: PRESET_FACTS,
    }),
  })
  const begun = performance.now()
  try {
    const command = client.prepare({ home, gateway: gateway.url, task: TASK })
    const { code, output } = await run(command, home)
    const fault =
      code !== 0
        ? `ended with ${code}: ${output.slice(-600)}`
        : output.includes(LAST_WORD)
          ? undefined
          : `did not say the last word: ${output.slice(-600)}`
    return { seconds: (performance.now() - begun) / 1000, ...(fault === undefined ? {} : { fault }) }
  } finally {
    await gateway.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

function run(command: Command, home: string): Promise<{ code: string | number; output: string }> {
  const temporary = join(home, 'tmp')
  mkdirSync(temporary)
  return new Promise((resolve, reject) => {
    const child = spawn(join(folder, 'node_modules', '.bin', command.bin), command.args, {
      cwd: home,
      // A group of its own, so that whatever the client started ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary, ...command.env },
    })
    let output = ''
    child.stdout.on('data', (text: Buffer) => (output += text.toString()))
    child.stderr.on('data', (text: Buffer) => (output += text.toString()))
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Everything has ended by itself.
      }
    }
    const timer = setTimeout(end, LIMIT_MS)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      end()
      resolve({ code: code ?? signal ?? 'no code', output })
    })
  })
}

install()
const words = process.argv.slice(2).map((word) => word.toLowerCase())
const dialects = PROVIDERS.filter(
  (dialect) => words.length === 0 || !words.some(isDialect) || words.includes(dialect),
)
const clients = CLIENTS.filter(
  ({ name }) => words.every(isDialect) || words.some((word) => name.toLowerCase().includes(word)),
)
const simulator = await startSimulator()
let failures = 0
for (const client of clients) {
  for (const dialect of dialects.filter((one) => one !== client.dialect)) {
    const { fault, seconds } = await tryOut(client, dialect, simulator)
    if (fault !== undefined) failures++
    const mark = fault === undefined ? 'ok  ' : 'FAIL'
    process.stdout.write(
      `${mark} ${client.name} (${client.dialect}) -> ${dialect} ${seconds.toFixed(1)} s${fault === undefined ? '' : `\n     ${fault}`}\n`,
    )
  }
}
await simulator.close()
process.exitCode = failures === 0 ? 0 : 1
