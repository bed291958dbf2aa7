/** A plugin of one's own for a test: a real module in a folder of its own, with a journal that it writes line by line. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayConfig, MiddlewareConfig } from '#config'
import { afterAll } from 'vitest'

export interface PluginFolder {
  /** Writes a module; gives its path. */
  write(name: string, text: string): string
  /** A configuration with one middleware: `body` is what its maker does; it has `options`, `tools` and `tell(...words)`. */
  middleware(name: string, body: string, more?: Partial<MiddlewareConfig>): MiddlewareConfig
  /** What all of them have told, oldest first. */
  journal(): readonly string[]
}

/** Once per test file. */
export function pluginFolder(): () => PluginFolder {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-plugin-'))
    folders.push(folder)
    const journal = join(folder, 'journal.txt')
    writeFileSync(journal, '')
    const write = (name: string, text: string): string => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    }
    return {
      write,
      middleware(name, body, more = {}) {
        const text = [
          `import { appendFileSync } from 'node:fs'`,
          `const tell = (...words) => appendFileSync(${JSON.stringify(journal)}, words.join(' ') + '\\n')`,
          `export const middleware = (options, tools) => {`,
          `  ${body}`,
          `}`,
        ]
        return { module: write(`${name}.mjs`, text.join('\n')), where: 'a test', options: {}, ...more }
      },
      journal: () => readFileSync(journal, 'utf8').split('\n').filter(Boolean),
    }
  }
}

export function withMiddleware(...middleware: readonly MiddlewareConfig[]): Pick<GatewayConfig, 'plugins'> {
  return { plugins: { modules: [], hookTimeoutMs: 5000, middleware } }
}
