/** Which files are sources, so that a change of one can be noticed. */

import { resolve } from 'node:path'
import { possibleFiles, userFolderOf } from './file.ts'
import { ENVIRONMENTS } from './schema-values.ts'
import type { LoadOptions, Sources } from './sources.ts'

/** Settings that name another file. */
const NAMING: ReadonlySet<string> = new Set(['model_filter', 'routing_rules', 'top_models.rankings_file'])

/** Absolute paths, of those too that are not there yet. */
export function sourceFiles({ env, cwd }: LoadOptions, { layers, named }: Sources): readonly string[] {
  const others = layers
    .flat()
    .flatMap(({ path, value }) => (NAMING.has(path.join('.')) && typeof value === 'string' ? [value] : []))
  return [
    ...possibleFiles({ cwd, named, userFolder: userFolderOf(env) }),
    ...['.env', ...ENVIRONMENTS.map((name) => `.env.${name}`), ...others].map((name) => resolve(cwd, name)),
  ]
}
