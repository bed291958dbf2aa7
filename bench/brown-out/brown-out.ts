/** How a client fares while one of two providers has a bad day: success, time lost by failover, calls made in vain. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { freePort, killAll, listening, start, stop, stopAll } from '../processes.ts'
import { revision } from '../report.ts'
import { OWN_GATEWAY } from '../sluice.ts'
import { median, percentile } from '../statistics.ts'
import { table } from '../table.ts'
import { ask, askSteadily, type Asked } from './asking.ts'
import { type Scenario, SCENARIOS, WELL } from './scenarios.ts'
import { startUpstreams, type Upstreams } from './upstreams.ts'

const PER_SECOND = 40
const RESULTS = fileURLToPath(new URL('../results/brown-out.md', import.meta.url))

interface Result {
  readonly scenario: string
  readonly asked: readonly Asked[]
  readonly calls: number
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-brown-out-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

main().then(
  async () => {
    await stopAll()
    process.exit(0)
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)

async function main(): Promise<void> {
  const upstreams = await startUpstreams(OWN_GATEWAY, folder)
  const results: Result[] = []
  for (const scenario of SCENARIOS) {
    process.stderr.write(`${scenario.name}\n`)
    results.push(await run(scenario, upstreams))
  }
  const page = report(results)
  process.stdout.write(`${page}\n`)
  if (!process.argv.includes('--print')) writeFileSync(RESULTS, `${page}\n`)
}

/** Each scenario before a gateway of its own, so that none learns from another. */
async function run({ name, spells }: Scenario, upstreams: Upstreams): Promise<Result> {
  await upstreams.play('first', WELL)
  await upstreams.play('second', WELL)
  const port = await freePort()
  writeFileSync(join(folder, 'sluice.toml'), configuration(upstreams.url, port))
  const program = start({
    command: process.execPath,
    args: ['--conditions=sluice-source', join(OWN_GATEWAY, 'bin/sluice.cjs'), 'start'],
    cwd: folder,
    env: { HOME: folder },
  })
  await listening(program, port)
  const url = `http://127.0.0.1:${port}`
  for (let i = 0; i < 20; i++) await ask(url, i % 2 === 0)
  const before = await upstreams.calls()
  const total = spells.reduce((sum, { seconds }) => sum + seconds, 0)
  const asking = askSteadily(url, PER_SECOND, total)
  for (const { seconds, script } of spells) {
    await upstreams.play('first', script)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }
  const asked = await asking
  const calls = (await upstreams.calls()) - before
  await stop(program)
  return { scenario: name, asked, calls }
}

/** Defaults, but for the clocks of silence: two seconds, so that waves of fifteen show what they do. */
function configuration(upstream: string, port: number): string {
  const provider = (name: string): string =>
    `[providers.${name}]\ntype = "custom"\nbase_url = "${upstream}/script/${name}/v1"\napi_key = "k"\n`
  return [
    `log_level = "error"`,
    `[server]\nport = ${port}`,
    `[timeouts]\nheaders = 2\nfirst_token = 2\nidle = 2`,
    provider('first'),
    provider('second'),
    `[models.pair]\ntargets = ["first:m", "second:m"]`,
  ].join('\n')
}

function report(results: readonly Result[]): string {
  const usual = median(results[0]?.asked.map(({ ms }) => ms) ?? [])
  const rows = results.map(({ scenario, asked, calls }) => {
    const good = asked.filter((one) => one.good)
    const moved = good.filter((one) => one.moved).map(({ ms }) => Math.max(0, ms - usual))
    const faults = new Set(asked.flatMap(({ fault }) => fault ?? []))
    return [
      scenario,
      String(asked.length),
      `${((good.length / asked.length) * 100).toFixed(2)} %`,
      moved.length === 0 ? '–' : `${moved.length}`,
      moved.length === 0 ? '–' : `${Math.round(percentile(moved, 0.5))} ms`,
      moved.length === 0 ? '–' : `${Math.round(percentile(moved, 0.99))} ms`,
      `${Math.round(
        percentile(
          good.map(({ ms }) => ms),
          0.99,
        ),
      )} ms`,
      `${(((calls - asked.length) / asked.length) * 100).toFixed(1)} %`,
      faults.size === 0 ? '' : [...faults].join(', '),
    ]
  })
  const head = [
    'the first of two providers',
    'requests',
    'whole answers',
    'needed another attempt',
    'time lost p50',
    'p99',
    'all answers p99',
    'extra calls',
    'faults',
  ]
  return [
    '# Brown-outs',
    '',
    `Revision ${revision()}, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}. Written by \`npm run bench:brown-out\`.`,
    '',
    `A virtual model of two providers is asked ${PER_SECOND} times a second, every other time for a stream, by a client that never asks`,
    'again. Waves last 15 of 25 seconds. Everything is as it comes, but for the clocks of silence, which are set to 2 s.',
    `Time lost is counted against the median of the calm run (${Math.round(usual)} ms).`,
    'A call that is answered in the moment in which a wave begins or ends may be missing among the extra calls.',
    '',
    table(head, rows),
  ].join('\n')
}
