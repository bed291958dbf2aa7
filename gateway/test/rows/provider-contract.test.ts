/** Row K01: one contract, every type. */

import { PRESETS } from '#providers'
import { presetContract } from './presets.contract.ts'

for (const preset of PRESETS) presetContract(preset)
