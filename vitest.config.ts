/** Tests stand beside their files; `sluice-source` makes the rooms' doors open on the TypeScript sources. */

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['sluice-source'] },
  ssr: { resolve: { conditions: ['sluice-source'], externalConditions: ['sluice-source'] } },
  test: {
    include: ['gateway/**/*.test.ts', 'bench/**/*.test.ts', 'checks/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 40_000,
    pool: 'threads',
    // No file leaves anything behind, so the rooms are loaded once per worker: that is a third of the time.
    isolate: false,
    // Many tests wait for a socket or a program.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    coverage: { include: ['gateway/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.contract.ts'] },
  },
})
