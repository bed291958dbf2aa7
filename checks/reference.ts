/** Writes what the reference makes out of the sources: `npm run reference`. Tests compare each with the code. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const REFERENCE = join(ROOT, 'docs/reference')

function sluice(...words: readonly string[]): string {
  const args = ['--conditions=sluice-source', join(ROOT, 'gateway/bin/sluice.cjs'), ...words]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`sluice ${words.join(' ')}: ${stderr}`)
}

sluice('config', 'schema', '--page', join(REFERENCE, 'configuration.md'))
writeFileSync(join(REFERENCE, 'sluice.schema.json'), sluice('config', 'schema'))
writeFileSync(join(REFERENCE, 'api.md'), sluice('openapi', '--page'))
