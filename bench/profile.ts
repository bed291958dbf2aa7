/** Where Sluice's time goes: starts it under V8's sampling profiler, loads it, prints the heaviest functions.
 *  `node --conditions=sluice-source bench/profile.ts [scenario] [--seconds=5] [--dist|--source] [--gateway=FOLDER] [--keep=FOLDER]` */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { byFile, readProfile, selfTimes, type SelfTime, type Window } from './cpu-profile.ts'
import type { Shot } from './job.ts'
import { killAll, pinning, startLoad, startUpstream, stop, stopAll } from './processes.ts'
import {
  sluiceStream,
  sluiceStreamTranslated,
  sluiceWhole,
  sluiceWholeTranslated,
  SLUICE_WHOLE_BODY,
} from './shots.ts'
import { chooseBuild, OWN_GATEWAY, startSluice } from './sluice.ts'
import { table } from './table.ts'

interface Scenario {
  readonly shot: (port: number) => Shot
  /** Answers per batch; batches follow each other until the time is over. */
  readonly batch: number
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  whole: { shot: sluiceWhole, batch: 2_000 },
  'whole-translated': { shot: sluiceWholeTranslated, batch: 2_000 },
  stream: { shot: sluiceStream, batch: 640 },
  'stream-translated': { shot: sluiceStreamTranslated, batch: 640 },
}
/** Streams take as long as their upstream: only many at a time keep the proxy at work. */
const CONNECTIONS = 64
const INTERVAL_MICROS = 200
const ROWS = 40

const folder = mkdtempSync(join(tmpdir(), 'sluice-profile-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(130))

main().then(
  () => leave(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return leave(1)
  },
)

async function leave(code: number): Promise<void> {
  await stopAll()
  process.exit(code)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      dist: { type: 'boolean', default: false },
      source: { type: 'boolean', default: false },
      gateway: { type: 'string' },
      keep: { type: 'string' },
    },
  })
  const name = positionals[0] ?? 'whole'
  const scenario = SCENARIOS[name]
  const seconds = Number(values.seconds)
  if (scenario === undefined)
    throw new Error(`No scenario ${name}; there are: ${Object.keys(SCENARIOS).join(', ')}`)
  if (!(seconds > 0 && seconds <= 60)) throw new Error('--seconds takes a number up to 60')
  const gateway = values.gateway === undefined ? OWN_GATEWAY : resolve(values.gateway)
  const build = chooseBuild(gateway, values.dist ? 'dist' : values.source ? 'source' : undefined)
  const { window, answers } = await record({ gateway, build, scenario, seconds })
  const file = readdirSync(folder).find((entry) => entry.endsWith('.cpuprofile'))
  if (file === undefined)
    throw new Error('Sluice wrote no profile: it did not end by itself when asked to (SIGTERM)')
  const title = `${name}, from ${build}: ${answers} answers in ${seconds} s`
  process.stdout.write(`${describe(title, selfTimes(readProfile(join(folder, file)), window), answers)}\n`)
  if (values.keep === undefined) return
  mkdirSync(values.keep, { recursive: true })
  copyFileSync(join(folder, file), join(values.keep, `${name}.cpuprofile`))
}

async function record(run: {
  readonly gateway: string
  readonly build: 'dist' | 'source'
  readonly scenario: Scenario
  readonly seconds: number
}): Promise<{ readonly window: Window; readonly answers: number }> {
  const pins = pinning()
  const upstream = await startUpstream(pins.restCpu)
  const load = startLoad(pins.restCpu)
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${INTERVAL_MICROS}`]
  const { gateway, build, scenario } = run
  const sluice = await startSluice(
    { gateway, build, folder, upstreamPort: upstream.port, cpu: pins.proxyCpu, nodeFlags },
    SLUICE_WHOLE_BODY,
  )
  const shot = scenario.shot(sluice.port)
  const batch = (): Promise<unknown> =>
    load.run({ kind: 'closed', shot, connections: CONNECTIONS, requests: scenario.batch })
  await batch()
  await batch()
  const fromMicros = monotonicMicros()
  let answers = 0
  while (monotonicMicros() - fromMicros < run.seconds * 1e6) {
    await batch()
    answers += scenario.batch
  }
  const window = { fromMicros, toMicros: monotonicMicros() }
  await stop(sluice.program)
  return { window, answers }
}

function describe(title: string, times: readonly SelfTime[], answers: number): string {
  const busy = times
    .filter(({ name }) => name !== '(idle)')
    .reduce((sum, { selfMicros }) => sum + selfMicros, 0)
  if (busy === 0) throw new Error('no sample of the profile lies in the time of the load')
  const share = (micros: number): string => `${((micros / busy) * 100).toFixed(1)} %`
  const each = (micros: number): string => (micros / answers).toFixed(2)
  const functions = times.filter(({ name, selfMicros }) => name !== '(idle)' && selfMicros > 0).slice(0, ROWS)
  const files = byFile(times)
    .filter(({ file }) => file !== '(idle)')
    .slice(0, ROWS / 2)
  return [
    `${title}; ${each(busy)} µs busy per answer (the profiler's own price included)`,
    table(
      ['self', 'µs each', 'with callees', 'function', 'place'],
      functions.map((time) => [
        share(time.selfMicros),
        each(time.selfMicros),
        share(time.totalMicros),
        time.name,
        time.place,
      ]),
    ),
    table(
      ['self', 'µs each', 'file'],
      files.map(({ file, selfMicros }) => [share(selfMicros), each(selfMicros), file]),
    ),
  ].join('\n\n')
}

function monotonicMicros(): number {
  return Number(process.hrtime.bigint()) / 1e3
}
