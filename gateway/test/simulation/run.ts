/**
 * `npm run simulate`: schedules of requests and faults on virtual time, through the real road. `-- --seeds=10000 --from=1`; a seed
 * that breaks a law prints the command that runs it again: `-- --seed=4711`. `--plant=slot-leak` plants a bug to be found.
 */

import { parseArgs } from 'node:util'
import { isPlant, PLANTS } from './plants.ts'
import { runSchedule } from './schedule.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    plant: { type: 'string' },
  },
})

// Thousands of errors are made on purpose, and nobody reads where.
Error.stackTraceLimit = 0

const plant = values.plant
if (plant !== undefined && !isPlant(plant)) {
  process.stderr.write(`--plant must be one of ${PLANTS.join(', ')}\n`)
  process.exit(2)
}
const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const begun = performance.now()
let broken = 0
for (let seed = first; seed < first + count && broken < 5; seed++) {
  const laws = await runSchedule(seed, plant)
  if (laws.length === 0) continue
  broken++
  const again = `npm run simulate -- --seed=${seed}${plant === undefined ? '' : ` --plant=${plant}`}`
  process.stdout.write(`${laws.slice(0, 5).join('\n')}\n  again: ${again}\n`)
}
const seconds = (performance.now() - begun) / 1000
process.stdout.write(`${count} schedules, ${broken} broke a law, ${seconds.toFixed(1)} s\n`)
process.exitCode = broken === 0 ? 0 : 1
