import type { Preset } from '../preset.ts'

/** Thinking is a switch with a budget (help.aliyun.com/en/model-studio/deep-thinking). */
export const qwen: Preset = {
  name: 'qwen',
  aka: ['dashscope'],
  title: 'Qwen',
  dialect: 'openai-chat',
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  auth: 'bearer',
  needsKey: true,
  traits: { reasoningWish: 'switch' },
  defaultModel: 'qwen-plus',
}
