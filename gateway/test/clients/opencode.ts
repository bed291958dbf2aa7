import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from './client.ts'

export const opencode: Client = {
  name: 'opencode',
  package: 'opencode-ai',
  version: '1.18.33',
  dialect: 'openai-chat',
  prepare: ({ home, gateway, task }) => {
    const settings = join(home, 'opencode.json')
    writeFileSync(
      settings,
      JSON.stringify({
        share: 'disabled',
        autoupdate: false,
        permission: { bash: 'allow' },
        provider: {
          sluice: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: `${gateway}/v1`, apiKey: 'client-key' },
            models: { 'some-model': { tool_call: true } },
          },
        },
      }),
    )
    return {
      bin: 'opencode',
      args: ['run', '-m', 'sluice/some-model', task],
      env: {
        OPENCODE_CONFIG: settings,
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      },
    }
  },
  shellCall: (command) => ({ name: 'bash', arguments: { command, description: 'Asks the shell.' } }),
}
