/** `sluice config schema`: the schema of the configuration file, for editors. */

import { jsonSchema } from '#config'
import { print } from './config-sources.ts'

export function configSchema(): void {
  print(JSON.stringify(jsonSchema(), undefined, 2))
}
