/** From everything the user said to the one configuration the house is built from. */

import type { PresetFacts } from '#providers'
import { build } from './build.ts'
import { canonical, type CanonicalFile } from './canonical.ts'
import type { GatewayConfig } from './config.ts'
import { DEFAULTS } from './defaults.ts'
import { readDotenv } from './dotenv.ts'
import { environmentLayer, providersIn, variableName, variablesOf, type Variables } from './environment.ts'
import { findFile } from './file.ts'
import { flagLayer, type Flags } from './flags.ts'
import { merge } from './merge.ts'
import { placeOf, type Origin } from './origin.ts'
import { ConfigError, problemLine, type Problem } from './problem.ts'
import { fieldName, type Layer } from './setting.ts'
import { dropStraySizes } from './size-classes.ts'
import { substitute, type Substituted } from './substitute.ts'
import { problemsIn } from './validate.ts'
import { FILE_VARIABLE } from './variables.ts'

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `.env` and the configuration file are looked for. */
  readonly cwd: string
  readonly flags?: Flags
  readonly presets: readonly PresetFacts[]
}

export interface LoadedConfig extends GatewayConfig {
  /** Where each value came from, by field name. */
  readonly origins: ReadonlyMap<string, Origin>
}

/** Reads the sources afresh at each call. Throws `ConfigError` with everything that is wrong. */
export function loadConfig({ env, cwd, flags = {}, presets }: LoadOptions): LoadedConfig {
  const dotenv = readDotenv(cwd)
  const sources = { environment: variablesOf(env), dotenv: variablesOf(dotenv) }
  const lookUp = (variable: string) =>
    env[variable] ?? dotenv[variable] ?? valueOf(sources, variable.toUpperCase())

  const file = readFile(
    cwd,
    flags.config ?? (valueOf(sources, FILE_VARIABLE) || undefined),
    flags.lenient === true,
  )
  const filled = substitute(file.settings, lookUp)
  const names = providerNames(file.settings, sources, presets)
  const environment = dropStraySizes(
    environmentLayer('environment', sources.environment, names),
    file.settings,
    names,
  )
  const fromDotenv = dropStraySizes(environmentLayer('.env', sources.dotenv, names), file.settings, names)
  const layers = [flagLayer(flags), environment.layer, fromDotenv.layer, filled.settings, DEFAULTS]

  const problems = [...file.problems, ...globalGaps(filled), ...layers.flatMap(problemsIn)]
  if (problems.length > 0) throw new ConfigError(problems)

  const merged = merge(layers)
  const built = build({ ...merged, names, presets, gaps: filled.gaps, nameless: file.nameless })
  const warnings = [
    ...file.warnings,
    ...unusedNames(sources.dotenv, fromDotenv.layer, filled.asked),
    ...environment.warnings,
    ...fromDotenv.warnings,
    ...built.warnings,
  ]
  return { ...built, warnings }
}

interface Sources {
  readonly environment: Variables
  readonly dotenv: Variables
}

function valueOf({ environment, dotenv }: Sources, upper: string): string | undefined {
  return environment.get(upper)?.value ?? dotenv.get(upper)?.value
}

interface ReadFile extends CanonicalFile {
  readonly warnings: readonly string[]
}

function readFile(cwd: string, named: string | undefined, lenient: boolean): ReadFile {
  const { tree, problem, warnings } = findFile(cwd, named)
  if (problem !== undefined) {
    if (!lenient) throw new ConfigError([problem])
    return {
      settings: [],
      problems: [],
      nameless: [],
      warnings: [...warnings, `skipped: ${problemLine(problem)}`],
    }
  }
  if (tree === undefined) return { settings: [], problems: [], nameless: [], warnings }
  return { ...canonical(tree), warnings }
}

/** Those of the file in its order, then the rest in the order of the presets and by name. */
function providerNames(
  file: Layer,
  { environment, dotenv }: Sources,
  presets: readonly PresetFacts[],
): readonly string[] {
  const inFile = new Set(
    file.flatMap(({ path: [room, name] }) => (room === 'providers' && name !== undefined ? [name] : [])),
  )
  const known = new Set([...inFile].map(variableName))
  // Both together: a key may stand in one and its URL in the other.
  const variables: Variables = new Map([...dotenv, ...environment])
  const rank = new Map(presets.map(({ name }, index) => [name, index]))
  const others = providersIn(variables, presets)
    .filter((name) => !known.has(variableName(name)))
    .toSorted((a, b) => (rank.get(a) ?? rank.size) - (rank.get(b) ?? rank.size) || (a < b ? -1 : 1))
  return [...inFile, ...others]
}

/** A gap inside a provider makes that provider partial; anywhere else there is nothing to fall back on. */
function globalGaps({ gaps }: Substituted): readonly Problem[] {
  return gaps
    .filter(({ setting }) => setting.path[0] !== 'providers')
    .map(({ setting, variable }) => ({
      where: placeOf(setting.origin),
      field: fieldName(setting.path),
      message: `needs the variable ${variable}, which is not set`,
      suggestion: `set it, or write \${${variable}:-default}`,
    }))
}

function unusedNames(dotenv: Variables, used: Layer, asked: ReadonlySet<string>): readonly string[] {
  const taken = new Set([...used.map(({ origin }) => origin.name), ...asked, FILE_VARIABLE])
  const names = [...dotenv]
    .filter(([upper, { name }]) => !taken.has(name) && !taken.has(upper))
    .map(([, { name }]) => name)
  return names.length === 0 ? [] : [`.env: not used by Sluice: ${names.toSorted().join(', ')}`]
}
