import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from './client.ts'

const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  general: { enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
}

export const geminiCli: Client = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  version: '0.61.0',
  dialect: 'gemini',
  prepare: ({ home, gateway, task }) => {
    mkdirSync(join(home, '.gemini'), { recursive: true })
    writeFileSync(join(home, '.gemini', 'settings.json'), JSON.stringify(SETTINGS))
    return {
      bin: 'gemini',
      args: ['-m', 'gemini-2.5-flash', '--yolo', '-p', task],
      env: {
        GEMINI_API_KEY: 'client-key',
        GOOGLE_GEMINI_BASE_URL: gateway,
        GEMINI_CLI_TRUST_WORKSPACE: 'true',
      },
    }
  },
  shellCall: (command) => ({ name: 'run_shell_command', arguments: { command } }),
}
