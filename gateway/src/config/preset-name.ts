/** Finds a type by any name people give it: `aws_bedrock`, `azure-openai`, `moonshot`. */

import type { PresetFacts } from '#providers'

export function presetCalled(name: string, presets: readonly PresetFacts[]): PresetFacts | undefined {
  const dashed = name.toLowerCase().replaceAll('_', '-')
  return (
    presets.find((preset) => preset.name === dashed) ??
    presets.find((preset) => preset.aka?.includes(dashed) === true)
  )
}
