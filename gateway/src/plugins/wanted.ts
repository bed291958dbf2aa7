/** Which middlewares a configuration wants, in the order of requests, and how each is made. */

import { isDeepStrictEqual } from 'node:util'
import type { GatewayConfig, MiddlewareConfig, ThoughtSignaturesConfig } from '#config'
import { GatewayError } from '#core'
import { BUILT_IN_NAMES, builtIn } from './builtin/built-ins.ts'
import { thoughtSignatures } from './builtin/thought-signatures.ts'
import { toolNames } from './builtin/tool-names.ts'
import { loadModule, stampOf } from './load-module.ts'
import type { MakeMiddleware, Middleware, MiddlewareTools } from './middleware.ts'
import type { Running } from './running.ts'

export interface Wanted {
  /** Two that are made the same are the same. */
  readonly made: unknown
  /** For people. */
  readonly where: string
  readonly use: Omit<Running, 'middleware'>
  make(tools: MiddlewareTools): Promise<Middleware>
}

export function wantedBy({
  plugins,
  providers,
}: Pick<GatewayConfig, 'plugins' | 'providers'>): readonly Wanted[] {
  const { middleware = [], hookTimeoutMs = 0, thoughtSignatures: signatures } = plugins ?? {}
  const renamed = providers.flatMap(({ name, toolNameSanitization: on }) => (on === true ? [name] : []))
  return [
    ...middleware.map((one) => configured(one, hookTimeoutMs)),
    ...(signatures === undefined ? [] : [signing(signatures)]),
    // Nearest to the provider: all others know tools by the client's names.
    ...(renamed.length === 0 ? [] : [renaming(renamed)]),
  ]
}

export function sameMiddleware(one: Wanted, other: Wanted): boolean {
  return isDeepStrictEqual(one.made, other.made)
}

function configured(one: MiddlewareConfig, houseLimitMs: number): Wanted {
  const { use, module, options, where, providers, models, hookTimeoutMs: limitMs = houseLimitMs } = one
  return {
    made: { use, module, options, stamp: module === undefined ? undefined : stampOf(module) },
    where,
    use: {
      limitMs,
      ...(providers === undefined ? {} : { providers: new Set(providers) }),
      ...(models === undefined ? {} : { models: anyOf(models) }),
    },
    make: async (tools) => (await makerOf(one))(options, tools),
  }
}

async function makerOf({ use = '', module, where }: MiddlewareConfig): Promise<MakeMiddleware> {
  if (module === undefined) {
    const known = builtIn(use)
    if (known !== undefined) return known
    const names = BUILT_IN_NAMES.join(', ')
    throw new GatewayError(
      'invalid-request',
      `${where}: there is no middleware "${use}"; there are ${names}.`,
    )
  }
  const { middleware } = await loadModule({ module, where })
  if (middleware !== undefined) return middleware
  throw new GatewayError('invalid-request', `${where}: the plugin ${module} exports no "middleware".`)
}

function signing(rules: ThoughtSignaturesConfig): Wanted {
  return {
    made: { use: 'thought-signatures', rules },
    where: 'thought_signatures',
    use: { limitMs: 0, models: /gemini/i },
    make: (tools) => Promise.resolve(thoughtSignatures(rules, tools)),
  }
}

function renaming(providers: readonly string[]): Wanted {
  return {
    made: { use: 'tool-name-sanitization' },
    where: 'tool_name_sanitization',
    use: { limitMs: 0, providers: new Set(providers) },
    make: () => Promise.resolve(toolNames()),
  }
}

function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.map(globbed).join('|')})$`, 'i')
}

function globbed(pattern: string): string {
  const plain = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return plain.replaceAll('*', '.*').replaceAll('?', '.')
}
