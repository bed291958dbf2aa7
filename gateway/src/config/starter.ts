/** The file that `sluice config init` writes: everything people usually set, switched off, with its meaning. */

import { meaningOf } from './meanings.ts'

type Line = readonly [key: string, value: string, field?: string]

const TABLES: readonly (readonly [table: string, lines: readonly Line[]])[] = [
  [
    '',
    [
      ['default_provider', '"openai"'],
      ['log_level', '"info"'],
      ['max_retries', '3'],
      ['routing_strategy', '"priority"'],
      ['fallback_strategy', '"next_available"'],
      ['health_check_interval', '60'],
    ],
  ],
  [
    'server',
    [
      ['host', '"127.0.0.1"'],
      ['port', '8082'],
    ],
  ],
  [
    'timeouts',
    [
      ['connect', '10'],
      ['headers', '90'],
      ['first_token', '60'],
      ['idle', '60'],
      ['total', '600'],
    ],
  ],
  [
    'circuit_breaker',
    [
      ['failure_threshold', '5'],
      ['recovery_timeout', '60'],
    ],
  ],
  [
    'providers.openai',
    [
      ['api_key', '"${OPENAI_API_KEY}"'],
      ['priority', '1'],
      [
        'models',
        '{ big = ["gpt-5"], middle = ["gpt-5-mini"], small = ["gpt-5-nano"] }',
        'providers.*.models.big',
      ],
    ],
  ],
  [
    'providers.local',
    [
      ['type', '"ollama"'],
      ['base_url', '"http://127.0.0.1:11434"'],
      ['priority', '2'],
    ],
  ],
  ['models.smart', [['targets', '["openai:gpt-5", "local:llama3.2:3b"]']]],
  ['aliases', [['fast', '"openai:gpt-5-nano"']]],
]

/** TOML that changes nothing until a line loses its `#`. */
export function starterFile(): string {
  const head = [
    '# Configuration of Sluice. Lines that begin with #= hold values: take the #= away to set them, and that of their [table].',
    '# Where values come from: sluice config show. What is wrong with them: sluice config validate.',
  ]
  const tables = TABLES.map(([table, lines]) => [
    ...(table === '' ? [] : [`#= [${table}]`]),
    ...lines.map(([key, value, field]) => {
      const meaning = meaningOf(field ?? (table === '' ? key : `${table}.${key}`))
      return `#= ${key} = ${value}${meaning === undefined ? '' : `  # ${meaning}`}`
    }),
  ])
  return `${[head, ...tables].map((block) => block.join('\n')).join('\n\n')}\n`
}
