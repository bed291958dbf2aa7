import { join } from 'node:path'
import type { Client } from './client.ts'

export const claudeCode: Client = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.329',
  dialect: 'anthropic',
  prepare: ({ home, gateway, task }) => ({
    bin: 'claude',
    args: ['-p', task, '--allowedTools', 'Bash', '--output-format', 'text'],
    env: {
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      ANTHROPIC_BASE_URL: gateway,
      ANTHROPIC_AUTH_TOKEN: 'client-key',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
  }),
  shellCall: (command) => ({ name: 'Bash', arguments: { command, description: 'Asks the shell.' } }),
}
