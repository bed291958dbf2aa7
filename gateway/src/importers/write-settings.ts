/** Settings as the text of a configuration file. */

import { stringify as toToml } from 'smol-toml'
import { stringify as toYaml } from 'yaml'

export const WRITTEN_FORMATS = ['toml', 'yaml', 'json'] as const
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number]

export function writtenSettings(settings: object, format: WrittenFormat): string {
  switch (format) {
    case 'toml':
      return `${toToml(settings).trimEnd()}\n`
    case 'yaml':
      return toYaml(settings)
    case 'json':
      return `${JSON.stringify(settings, null, 2)}\n`
  }
}
