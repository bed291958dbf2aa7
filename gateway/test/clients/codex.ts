import type { Client } from './client.ts'

export const codex: Client = {
  name: 'Codex',
  package: '@openai/codex',
  version: '0.169.0',
  dialect: 'openai-responses',
  prepare: ({ home, gateway, task }) => ({
    bin: 'codex',
    args: [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      '--model=some-model',
      '--config=model_provider=sluice',
      '--config=analytics.enabled=false',
      '--config=check_for_update_on_startup=false',
      '--config',
      `model_providers.sluice={name="sluice",base_url="${gateway}/v1",env_key="CLIENT_KEY",wire_api="responses"}`,
      task,
    ],
    env: { CODEX_HOME: home, CLIENT_KEY: 'client-key' },
  }),
  shellCall: (command) => ({ name: 'exec_command', arguments: { cmd: command } }),
}
