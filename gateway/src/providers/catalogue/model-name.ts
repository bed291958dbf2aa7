/** The ways one model is called: with its vendor, its region, its date, its variant, or as a path. */

/** Where a path names the model last. */
const PATHS = /^(?:arn:[^/]*\/|(?:publishers\/[^/]+\/)?models\/|projects\/.*\/models\/)/
const REGION = /^(?:us|eu|apac|au|ca|jp|sa|global|us-gov)\./
const VENDOR = /^(?:anthropic|openai|amazon|meta|mistral|cohere|deepseek|google|qwen|moonshotai?|zai)\./
/** Words after a colon are another way of serving the same; figures there are a version. What is free has no other price. */
const VARIANT = /:(?!free$)[a-z][\w-]*$/
const ENDINGS: readonly RegExp[] = [
  /-v\d+(?::\d+)*$/,
  /-20\d\d-?[01]\d-?[0-3]\d$/,
  /-preview-[01]\d-[0-3]\d$/,
  /-\d{4}$/,
  /-(?:latest|00\d|0)$/,
]

/** As the provider itself may list it, the closest first. */
export function ownNames(model: string): readonly string[] {
  const whole = model
    .trim()
    .toLowerCase()
    .replace(PATHS, '')
    .replace(/\[\w+\]$/, '')
    .replace('@', '-')
  const plain = whole.replace(VARIANT, '')
  return distinct([whole, plain, plain.replace(REGION, '')])
}

/** As its maker calls it. */
export function makersNames(model: string): readonly string[] {
  return distinct(
    ownNames(model).flatMap((name) => {
      const bare = name
        .slice(name.lastIndexOf('/') + 1)
        .replace(REGION, '')
        .replace(VENDOR, '')
      return [bare, bare.replaceAll(/(?<=\d)\.(?=\d)/g, '-')]
    }),
  )
}

/** Without its date or version. */
export function undated(name: string): string {
  return ENDINGS.reduce((rest, ending) => rest.replace(ending, ''), name)
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
