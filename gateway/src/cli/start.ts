/** `sluice start`: read the configuration, open the gateway, tell what runs, wait for the end. */

import { ConfigError, loadConfig, problemLine, type Flags } from '#config'
import { startGateway } from '#main'
import { PRESET_FACTS } from '#providers'
import { fail } from './failure.ts'
import { listing } from './listing.ts'
import { closeOnSignal } from './signals.ts'

export async function start(flags: Flags): Promise<void> {
  try {
    const config = loadConfig({ env: process.env, cwd: process.cwd(), flags, presets: PRESET_FACTS })
    const gateway = await startGateway({ config })
    closeOnSignal(gateway)
    process.stdout.write(`${listing(config, gateway.url, PRESET_FACTS).join('\n')}\n`)
  } catch (fault) {
    fail(fault instanceof ConfigError ? fault.problems.map(problemLine) : fault)
  }
}
