/** Tests stand beside their files; `sluice-source` makes the rooms' doors open on the TypeScript sources. */

import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['sluice-source'] },
  ssr: { resolve: { conditions: ['sluice-source'], externalConditions: ['sluice-source'] } },
  test: {
    include: ['gateway/**/*.test.ts', 'bench/**/*.test.ts', 'checks/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 20_000,
    pool: 'threads',
    coverage: { include: ['gateway/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.contract.ts'] },
  },
})
