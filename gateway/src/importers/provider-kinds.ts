/** What other gateways call the providers, and which of our types each one is. */

export interface Kind {
  readonly type: string
  /** The variable other programs read its key from. */
  readonly variable?: string
  /** For those that have no type of their own here. */
  readonly baseUrl?: string
}

const named = (type: string, variable?: string): Kind =>
  variable === undefined ? { type } : { type, variable }

const OPENAI = named('openai', 'OPENAI_API_KEY')
const AZURE = named('azure', 'AZURE_API_KEY')
const GOOGLE = named('google', 'GEMINI_API_KEY')
const VERTEX = named('vertex')
const BEDROCK = named('bedrock')
const MISTRAL = named('mistral', 'MISTRAL_API_KEY')
const TOGETHER = named('together', 'TOGETHERAI_API_KEY')
const FIREWORKS = named('fireworks', 'FIREWORKS_API_KEY')
const XAI = named('xai', 'XAI_API_KEY')
const PERPLEXITY = named('perplexity', 'PERPLEXITYAI_API_KEY')
const COHERE = named('cohere', 'COHERE_API_KEY')
const OLLAMA = named('ollama')
const CUSTOM = named('custom')

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['openai', OPENAI],
  ['text-completion-openai', OPENAI],
  ['azure', AZURE],
  ['azure-openai', AZURE],
  ['anthropic', named('anthropic', 'ANTHROPIC_API_KEY')],
  ['gemini', GOOGLE],
  ['google', GOOGLE],
  ['vertex', VERTEX],
  ['vertex-ai', VERTEX],
  ['bedrock', BEDROCK],
  ['aws-bedrock', BEDROCK],
  ['mistral', MISTRAL],
  ['mistral-ai', MISTRAL],
  ['groq', named('groq', 'GROQ_API_KEY')],
  ['openrouter', named('openrouter', 'OPENROUTER_API_KEY')],
  ['together', TOGETHER],
  ['together-ai', TOGETHER],
  ['fireworks', FIREWORKS],
  ['fireworks-ai', FIREWORKS],
  ['deepseek', named('deepseek', 'DEEPSEEK_API_KEY')],
  ['xai', XAI],
  ['x-ai', XAI],
  ['perplexity', PERPLEXITY],
  ['perplexity-ai', PERPLEXITY],
  ['cerebras', named('cerebras', 'CEREBRAS_API_KEY')],
  ['cohere', COHERE],
  ['cohere-chat', COHERE],
  ['huggingface', named('huggingface', 'HF_TOKEN')],
  ['ollama', OLLAMA],
  ['ollama-chat', OLLAMA],
  ['vllm', named('vllm')],
  ['hosted-vllm', named('vllm')],
  ['lmstudio', named('lmstudio')],
  ['lm-studio', named('lmstudio')],
  ['dashscope', named('qwen', 'DASHSCOPE_API_KEY')],
  ['moonshot', named('kimi', 'MOONSHOT_API_KEY')],
  ['zai', named('zai', 'ZAI_API_KEY')],
  ['zhipu', named('zai', 'ZHIPU_API_KEY')],
  ['github', named('github-models', 'GITHUB_API_KEY')],
  ['poe', named('poe', 'POE_API_KEY')],
  [
    'nvidia-nim',
    { type: 'custom', variable: 'NVIDIA_NIM_API_KEY', baseUrl: 'https://integrate.api.nvidia.com/v1' },
  ],
  [
    'deepinfra',
    { type: 'custom', variable: 'DEEPINFRA_API_KEY', baseUrl: 'https://api.deepinfra.com/v1/openai' },
  ],
  ['sambanova', { type: 'custom', variable: 'SAMBANOVA_API_KEY', baseUrl: 'https://api.sambanova.ai/v1' }],
  ['azure-ai', CUSTOM],
  ['databricks', CUSTOM],
  ['litellm-proxy', CUSTOM],
  ['llamafile', CUSTOM],
  ['xinference', CUSTOM],
  ['custom', CUSTOM],
  ['openai-like', CUSTOM],
  ['custom-openai', CUSTOM],
  ['sgl', CUSTOM],
])

export function kindNamed(name: string): Kind | undefined {
  return KINDS.get(name.toLowerCase().replaceAll('_', '-'))
}

export const KIND_TYPES: ReadonlySet<string> = new Set([...KINDS.values()].map(({ type }) => type))

/** Hosts of providers that speak OpenAI's language there. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)openai\.azure\.com$/, 'azure'],
  [/(?:^|\.)openai\.com$/, 'openai'],
  [/(?:^|\.)openrouter\.ai$/, 'openrouter'],
  [/^api\.mistral\.ai$/, 'mistral'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.together\.(?:xyz|ai)$/, 'together'],
  [/^api\.fireworks\.ai$/, 'fireworks'],
  [/^api\.x\.ai$/, 'xai'],
  [/^api\.cerebras\.ai$/, 'cerebras'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^dashscope(?:-intl)?\.aliyuncs\.com$/, 'qwen'],
  [/^api\.moonshot\.(?:ai|cn)$/, 'kimi'],
  [/^api\.poe\.com$/, 'poe'],
  [/^models\.github\.ai$/, 'github-models'],
]

/** For a server that is asked in OpenAI's language. */
export function typeAt(baseUrl: string | undefined): string {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl)?.hostname
  return (host === undefined ? undefined : HOSTS.find(([match]) => match.test(host))?.[1]) ?? 'custom'
}
