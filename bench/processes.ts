/** Starting, pinning and ending the processes of a run. Whatever happens, nothing outlives it. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

import type { Job, Outcome, Report } from './job.ts'

/** Where each process may run: the proxy under test alone, everything else beside it. */
export interface Pinning {
  readonly proxyCpu?: number
  readonly restCpu?: number
}

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly cpu?: number
  readonly ipc?: boolean
}

export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  /** The last of what it wrote to either output. */
  readonly output: () => string
}

const OUTPUT_LIMIT = 8_000
const STOP_LIMIT_MS = 5_000
const running = new Set<ChildProcess>()

/** The first two CPUs this process may use; none when there is no `taskset` or only one CPU. */
export function pinning(): Pinning {
  const answer = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' })
  const [proxyCpu, restCpu] = answer.status === 0 ? cpuList(answer.stdout.split(': ')[1] ?? '') : []
  return proxyCpu === undefined || restCpu === undefined ? {} : { proxyCpu, restCpu }
}

/** `0-3,8` as numbers. */
export function cpuList(text: string): readonly number[] {
  return text
    .trim()
    .split(',')
    .flatMap((part) => {
      const [first, last] = part.split('-').map(Number)
      if (first === undefined || !Number.isInteger(first)) return []
      return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index)
    })
}

/** `taskset` and its like replace themselves, so the child's pid is the program's. */
export function start(program: Program): Running {
  const pinned = program.cpu === undefined ? [] : ['taskset', '-c', String(program.cpu)]
  const [command = program.command, ...args] = [...pinned, program.command, ...program.args]
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...(program.ipc === true ? (['ipc'] as const) : [])],
    env: { PATH: process.env['PATH'] ?? '', ...program.env },
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_LIMIT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(error.message)))
  running.add(child)
  child.once('exit', () => running.delete(child))
  if (child.pid === undefined) throw new Error(`${command} cannot be started`)
  return { pid: child.pid, child, output: () => output }
}

export function hasEnded(program: Running): boolean {
  return program.child.exitCode !== null || program.child.signalCode !== null
}

/** Asks first (a proxy may have something to write at its end), then ends it. */
export async function stop(program: Running): Promise<void> {
  if (!hasEnded(program)) await stopChild(program.child)
}

async function stopChild(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(force)
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => stopChild(child)))
}

/** For the way out in a hurry: no waiting, nothing left. nginx's worker follows its master only when asked politely. */
export function killAll(): void {
  for (const child of running) child.kill(child.spawnargs.includes('nginx') ? 'SIGTERM' : 'SIGKILL')
  running.clear()
}

/** A port that was free a moment ago, for programs that cannot tell theirs. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

export async function listening(program: Running, port: number, limitMs = 20_000): Promise<void> {
  const begun = performance.now()
  while (!(await accepts(port))) {
    if (hasEnded(program)) throw new Error(`ended before it listened:\n${program.output()}`)
    if (performance.now() - begun > limitMs)
      throw new Error(`does not listen on ${port}:\n${program.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function startUpstream(
  cpu: number | undefined,
): Promise<{ readonly port: number; readonly program: Running }> {
  const program = start(ownProgram('upstream.ts', cpu))
  const port = await new Promise<number>((resolve, reject) => {
    program.child.once('exit', () => reject(new Error(`the upstream ended:\n${program.output()}`)))
    // upstream.ts says nothing else.
    program.child.once('message', (message) => resolve((message as { port: number }).port))
  })
  return { port, program }
}

export interface Load {
  run(job: Job): Promise<Outcome>
}

export function startLoad(cpu: number | undefined): Load {
  const { child, output } = start(ownProgram('load.ts', cpu))
  const run = (job: Job): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`the load generator ended:\n${output()}`))
      child.once('exit', onExit)
      child.once('message', (message) => {
        child.off('exit', onExit)
        // load.ts says nothing else.
        const report = message as Report
        if (report.ok) resolve(report.outcome)
        else reject(new Error(report.reason))
      })
      child.send(job)
    })
  return { run }
}

function ownProgram(file: string, cpu: number | undefined): Program {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return { command: process.execPath, args: [path], ipc: true, ...(cpu === undefined ? {} : { cpu }) }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
