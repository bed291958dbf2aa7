/** Who may import whom, and which words belong to which room. The one place where this is decided; walls.ts reads it. */

export interface Room {
  /** Rooms whose values it may use. */
  readonly uses: readonly string[]
  /** Rooms of which it may know the types only. */
  readonly knows: readonly string[]
  /** Outside packages. */
  readonly packages: readonly string[]
  /** Whether Node's own modules may enter, or which of them. */
  readonly node: boolean | readonly string[]
}

export const ROOMS = {
  core: { uses: [], knows: [], packages: [], node: false },
  dialects: { uses: ['core'], knows: [], packages: [], node: false },
  providers: {
    uses: ['core'],
    knows: ['dialects', 'config', 'transport'],
    // Loaded only when a provider needs them.
    packages: ['@aws-sdk/credential-provider-node', 'google-auth-library'],
    node: true,
  },
  transport: {
    uses: ['core'],
    knows: [],
    packages: ['eventsource-parser', '@smithy/core'],
    node: true,
  },
  config: {
    uses: ['core'],
    knows: ['providers'],
    packages: ['zod', 'yaml', 'smol-toml', 'jsonc-parser'],
    node: true,
  },
  pipeline: {
    uses: ['core'],
    knows: ['dialects', 'providers', 'transport', 'config', 'plugins'],
    packages: [],
    // Bytes are spoken of here; as a global it would come in all the same, and cost a call each time.
    node: ['node:buffer'],
  },
  // What others write runs here; it sees of the road what it is handed.
  plugins: {
    uses: ['core'],
    knows: ['providers', 'config'],
    // What the one place that loads plugins calls their address: the configuration knows which it is.
    packages: ['pluginUrl'],
    node: true,
  },
  observe: { uses: ['core'], knows: ['pipeline'], packages: ['pino'], node: true },
  importers: {
    uses: ['core', 'config'],
    knows: ['providers'],
    packages: ['zod', 'yaml', 'smol-toml'],
    node: true,
  },
  // The table of all that can be asked; OpenAPI is made of it.
  api: { uses: ['core', 'config'], knows: [], packages: ['zod'], node: false },
  server: {
    uses: ['core', 'dialects', 'pipeline', 'api'],
    knows: ['config', 'providers'],
    packages: ['hono', '@hono/node-server', 'yaml'],
    node: true,
  },
  simulator: { uses: ['core', 'dialects', 'transport'], knows: [], packages: [], node: true },
  // Changes the configuration while the house is open.
  admin: {
    uses: ['core', 'config', 'pipeline'],
    knows: ['server', 'providers', 'observe'],
    packages: ['hono'],
    node: true,
  },
  // Builds what the configuration says out of what the rooms have.
  house: {
    uses: [
      'core',
      'dialects',
      'providers',
      'transport',
      'pipeline',
      'plugins',
      'observe',
      'server',
      'simulator',
    ],
    knows: ['config'],
    packages: [],
    node: true,
  },
  cli: {
    uses: ['core', 'config', 'main', 'simulator', 'providers', 'plugins', 'api', 'importers'],
    knows: ['observe'],
    packages: ['commander'],
    node: true,
  },
  main: {
    uses: ['core', 'providers', 'transport', 'config', 'admin', 'house', 'observe', 'server'],
    knows: ['cli', 'pipeline', 'plugins'],
    packages: [],
    node: true,
  },
} as const satisfies Readonly<Record<string, Room>>

/** Words that say nothing about what is inside. */
export const EMPTY_NAMES: ReadonlySet<string> = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'shared',
  'stuff',
])

/** Provider names that mean nothing else: held against anything, they decide by the provider's name. */
export const PROVIDER_NAMES: ReadonlySet<string> = new Set([
  'openai',
  'openrouter',
  'google',
  'vertex',
  'azure',
  'mistral',
  'poe',
])

/** Provider names that are also a dialect's, a tool kind's or a model's: only a comparison with a provider counts. */
export const SHARED_NAMES: ReadonlySet<string> = new Set([
  'anthropic',
  'ollama',
  'gemini',
  'bedrock',
  'custom',
  'demo',
])

/** `openai` is also a word of `{NAME}_API_FORMAT`, which only the configuration reads. */
export const FORMAT_WORDS_IN: ReadonlySet<string> = new Set(['config'])

/** Rooms that may compare a provider's name. */
export const KNOWS_PROVIDER_NAMES: ReadonlySet<string> = new Set(['providers'])

/** Field names and tags of the wire languages, enough of them to notice a leak. */
export const WIRE_WORDS: ReadonlySet<string> = new Set([
  'tool_calls',
  'tool_call_id',
  'tool_use',
  'tool_use_id',
  'tool_result',
  'tool_choice',
  'finish_reason',
  'stop_reason',
  'stop_sequence',
  'stop_sequences',
  'end_turn',
  'max_tokens',
  'max_completion_tokens',
  'input_tokens',
  'output_tokens',
  'prompt_tokens',
  'completion_tokens',
  'cache_read_input_tokens',
  'cache_control',
  'content_block',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_start',
  'message_delta',
  'message_stop',
  'input_schema',
  'image_url',
  'reasoning_content',
  'reasoning_effort',
  'response_format',
  'stream_options',
  'chat.completion',
  'chat.completion.chunk',
  'prompt_eval_count',
  'eval_count',
  'done_reason',
  'num_predict',
])

/** Rooms that speak the wire languages; the configuration has keys of its own that may sound alike. */
export const SPEAKS_WIRE: ReadonlySet<string> = new Set(['dialects', 'simulator', 'config'])

/** Rooms whose records name wire fields as values (what a provider refuses) but never touch a wire body themselves. */
export const NAMES_WIRE_AS_VALUES: ReadonlySet<string> = new Set(['providers'])
