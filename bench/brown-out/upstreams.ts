/** Two providers played by one simulator process: the first has a bad day, the second is well. */

import { join } from 'node:path'

import { freePort, listening, start, type Running } from '../processes.ts'

/** For so long the provider does this. */
export interface Spell {
  readonly seconds: number
  /** As the simulator's control path takes it. */
  readonly script: object
}

export interface Upstreams {
  readonly program: Running
  readonly url: string
  /** Gives a provider a new script; answers given under the old one stay counted. */
  play(name: string, script: object): Promise<void>
  /** Calls that both have had. */
  calls(): Promise<number>
}

export async function startUpstreams(gateway: string, folder: string): Promise<Upstreams> {
  const port = await freePort()
  const program = start({
    command: process.execPath,
    args: [
      '--conditions=sluice-source',
      join(gateway, 'bin/sluice.cjs'),
      'simulator',
      '--port',
      String(port),
    ],
    cwd: folder,
  })
  await listening(program, port)
  const url = `http://127.0.0.1:${port}`
  const answered = async (): Promise<Readonly<Record<string, { readonly answered: number }>>> => {
    const stats = await fetch(`${url}/_simulator/stats`)
    // The simulator's own answer, whose shape its tests hold.
    return ((await stats.json()) as { scripts: Readonly<Record<string, { answered: number }>> }).scripts
  }
  let before = 0
  return {
    program,
    url,
    async play(name, script) {
      before += (await answered())[name]?.answered ?? 0
      const response = await fetch(`${url}/_simulator/script/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(script),
      })
      if (!response.ok) throw new Error(`the simulator refused a script: ${await response.text()}`)
    },
    async calls() {
      return Object.values(await answered()).reduce((sum, script) => sum + script.answered, before)
    },
  }
}
