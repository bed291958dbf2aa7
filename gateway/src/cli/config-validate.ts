/** `sluice config validate`: whether the gateway would start, and everything that is wrong. Exit code 0 or 1. */

import { ConfigError, inspect, type Problem, problemLine } from '#config'
import { print, type SourceFlags, sourcesOf } from './config-sources.ts'

export interface ValidateFlags extends SourceFlags {
  readonly format: string
}

export async function configValidate(flags: ValidateFlags): Promise<void> {
  const isJson = flags.format === 'json'
  try {
    const { config } = inspect(await sourcesOf(flags))
    const { warnings, partial, providers } = config
    if (isJson) {
      print(JSON.stringify({ valid: true, problems: [], warnings, partial }, undefined, 2))
      return
    }
    for (const warning of warnings) print(`warning: ${warning}`)
    for (const { name, reason } of partial) print(`warning: ${name}: not usable, ${reason}`)
    const names = providers.map(({ name }) => name).join(', ')
    print(
      `The configuration is valid. Providers: ${names === '' ? 'none; the built-in simulator answers as demo' : names}`,
    )
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault
    process.exitCode = 1
    const { problems } = fault
    if (isJson)
      print(
        JSON.stringify(
          { valid: false, problems: problems.map(parts), warnings: [], partial: [] },
          undefined,
          2,
        ),
      )
    else
      print(
        [
          ...problems.map(problemLine),
          problems.length === 1 ? '1 problem' : `${problems.length} problems`,
        ].join('\n'),
      )
  }
}

/** The place taken apart, for programs. */
function parts({ where, field, message, suggestion }: Problem): Record<string, unknown> {
  const [, file = where, line, column] = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(where) ?? []
  return {
    source: file,
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
    field,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
