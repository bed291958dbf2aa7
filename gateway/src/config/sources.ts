/** Everything the user said, source by source, the strongest first; nothing of it is judged or merged yet. */

import type { PresetFacts } from '#providers'
import { canonical } from './canonical.ts'
import { DEFAULTS } from './defaults.ts'
import { readDotenv } from './dotenv.ts'
import { environmentLayer, providersIn, variableName, variablesOf, type Variables } from './environment.ts'
import { findFiles, userFolderOf } from './file.ts'
import { flagLayer, type Flags } from './flags.ts'
import { implicitOllama, localOllama, OLLAMA_VARIABLE } from './implicit-ollama.ts'
import { foreignVersion, founding, gateByForeignKey, type Pair } from './legacy.ts'
import { withoutEffect } from './no-effect.ts'
import { placeOf } from './origin.ts'
import { ConfigError, problemLine, type Problem } from './problem.ts'
import { fieldName, type Layer } from './setting.ts'
import { dropStraySizes } from './size-classes.ts'
import { substitute, type Gap, type Substituted } from './substitute.ts'
import { isOn } from './schema-values.ts'
import { SECRET_KEY_VARIABLE } from './sealed.ts'
import { problemsIn } from './validate.ts'
import { unusedVariables } from './unused.ts'
import { FILE_VARIABLE } from './variables.ts'

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `.env` and the configuration files are looked for. */
  readonly cwd: string
  readonly flags?: Flags
  readonly presets: readonly PresetFacts[]
  /** Whether a local Ollama stands in where no provider is configured. */
  readonly ollama?: boolean
  /** What stands in place of a file, by absolute path: for what is to be written there. */
  readonly texts?: ReadonlyMap<string, string>
}

export interface Sources {
  /** The strongest first; each source once. */
  readonly layers: readonly Layer[]
  /** All providers in configuration order. */
  readonly names: readonly string[]
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
  readonly gaps: readonly Gap[]
  /** Places of list entries that lack a name. */
  readonly nameless: readonly string[]
  /** Those that the providers' own file begins; it has to tell their models (requirement G31). */
  readonly listed: ReadonlySet<string>
  /** Something was said while the gateway ran: whoever switched all providers off then means it. */
  readonly managed?: true
  /** The file that a flag or a variable names in place of those of the working directory. */
  readonly named: string | undefined
  /** Variables as files refer to them. */
  readonly lookUp: (variable: string) => string | undefined
}

/** Reads them afresh at each call. Throws `ConfigError` where a file cannot be read at all. */
export function readSources(options: LoadOptions): Sources {
  const { env, cwd, flags = {}, presets, ollama = false, texts } = options
  const environment = variablesOf(env)
  const dotenv = readDotenv(cwd, environment.get('ENVIRONMENT')?.value)
  const raw: Pair = { environment, dotenv: dotenv.variables }
  const lookUp = (variable: string) =>
    env[variable] ?? dotenv.values[variable] ?? valueOf(raw, variable.toUpperCase())

  const named = flags.config ?? (valueOf(raw, FILE_VARIABLE) || undefined)
  const files = readFiles({ env, cwd, texts }, named, flags.lenient)
  const written = files.flatMap(({ settings }) => settings)
  const filled = files.map(({ settings }) => substitute(settings, lookUp))
  const asked = new Set(filled.flatMap((one) => [...one.asked]))

  const gate = gateByForeignKey(raw, written)
  const lists = files.filter(({ listsProviders }) => listsProviders).flatMap(({ settings }) => settings)
  const { names, passed, warnings: strays } = providerNames(written, lists, gate, asked, presets)
  const fromVariables = (['environment', '.env'] as const).map((source) => {
    const variables = source === '.env' ? gate.dotenv : gate.environment
    const said = environmentLayer(source, variables, names)
    const sized = dropStraySizes(said, written, names)
    const idle = withoutEffect(source, variables, names.map(variableName))
    return {
      layer: foreignVersion(sized.layer, variables, names),
      said,
      idle: idle.names,
      warnings: [...idle.warnings, ...sized.warnings],
    }
  })
  const layers = [
    flagLayer(flags),
    ...fromVariables.map(({ layer }) => layer),
    ...filled.map((one) => one.settings),
  ]
  const wanted = layers.flat().find(({ path }) => path[0] === 'implicit_ollama')?.value
  const implicit = wanted === undefined ? ollama : isOn(wanted)
  const alone = implicit && !names.includes('ollama')
  return {
    layers: [...layers, ...(alone ? [implicitOllama(localOllama(lookUp(OLLAMA_VARIABLE)))] : []), DEFAULTS],
    names: alone ? [...names, 'ollama'] : names,
    problems: [
      ...files.flatMap(({ problems }) => problems),
      ...filled.flatMap(globalGaps),
      ...filled.flatMap(shutProblems),
      ...[...layers, DEFAULTS].flatMap(problemsIn),
    ],
    warnings: [
      ...files.flatMap(({ warnings }) => warnings),
      ...dotenv.warnings,
      ...unusedVariables({
        ...gate,
        layer: fromVariables[1]?.said ?? [],
        taken: takenOf(fromVariables, [...asked, ...passed]),
        providers: names,
        presets,
      }),
      ...gate.warnings,
      ...strays,
      ...fromVariables.flatMap(({ warnings }) => warnings),
    ],
    gaps: filled.flatMap(({ gaps }) => gaps),
    nameless: files.flatMap(({ nameless }) => nameless),
    listed: new Set(lists.map(({ path: [, name = ''] }) => name)),
    named,
    lookUp,
  }
}

function valueOf({ environment, dotenv }: Pair, upper: string): string | undefined {
  return environment.get(upper)?.value ?? dotenv.get(upper)?.value
}

interface ReadFile {
  readonly settings: Layer
  readonly problems: readonly Problem[]
  readonly nameless: readonly string[]
  readonly warnings: readonly string[]
  readonly listsProviders: boolean
}

function readFiles(
  { env, cwd, texts }: Pick<LoadOptions, 'env' | 'cwd'> & { texts: LoadOptions['texts'] },
  named: string | undefined,
  lenient = false,
): readonly ReadFile[] {
  const found = findFiles({ cwd, named, userFolder: userFolderOf(env), texts })
  const broken = found.flatMap(({ problem }) => problem ?? [])
  if (broken.length > 0 && !lenient) throw new ConfigError(broken)
  return found.map(({ tree, problem, warnings, listsProviders = false }) => {
    const skipped = problem === undefined ? [] : [`skipped: ${problemLine(problem)}`]
    const content = tree === undefined ? { settings: [], problems: [], nameless: [] } : canonical(tree)
    return { ...content, warnings: [...warnings, ...skipped], listsProviders }
  })
}

/** Those of the files in their order, then the rest in the order of the presets and by name. */
function providerNames(
  files: Layer,
  lists: Layer,
  { environment, dotenv }: Pair,
  asked: ReadonlySet<string>,
  presets: readonly PresetFacts[],
): {
  readonly names: readonly string[]
  readonly passed: readonly string[]
  readonly warnings: readonly string[]
} {
  const inFiles = new Set(
    files.flatMap(({ path: [room, name] }) => (room === 'providers' && name !== undefined ? [name] : [])),
  )
  const known = new Set([...inFiles].map(variableName))
  // Both together: a key may stand in one and its URL in the other.
  const all: Variables = new Map([...dotenv, ...environment])
  const { variables, ...told } = founding(all, asked, lists, inFiles)
  const rank = new Map(presets.map(({ name }, index) => [name, index]))
  const others = providersIn(variables, presets)
    .filter((name) => !known.has(variableName(name)))
    .toSorted((a, b) => (rank.get(a) ?? rank.size) - (rank.get(b) ?? rank.size) || (a < b ? -1 : 1))
  return { names: [...inFiles, ...others], ...told }
}

/** A gap inside a provider makes that provider partial; anywhere else there is nothing to fall back on. */
export function globalGaps({ gaps }: Substituted): readonly Problem[] {
  return gaps
    .filter(({ setting }) => setting.path[0] !== 'providers')
    .map(({ setting, variable }) => ({
      where: placeOf(setting.origin),
      field: fieldName(setting.path),
      message: `needs the variable ${variable}, which is not set`,
      suggestion: `set it, or write \${${variable}:-default}`,
    }))
}

export function shutProblems({ shut }: Substituted): readonly Problem[] {
  return shut.map(({ path, origin }) => ({
    where: placeOf(origin),
    field: fieldName(path),
    message: `was sealed with another ${SECRET_KEY_VARIABLE}, or changed since`,
    suggestion: 'seal it anew with `sluice config seal`',
  }))
}

/** Names that are read, and those of which something is told already. */
function takenOf(
  sources: readonly { readonly said: Layer; readonly idle: ReadonlySet<string> }[],
  others: readonly string[],
): ReadonlySet<string> {
  const read = sources.flatMap(({ said, idle }) => [...said.map(({ origin }) => origin.name ?? ''), ...idle])
  return new Set([...read, ...others].map((name) => name.toUpperCase()))
}
