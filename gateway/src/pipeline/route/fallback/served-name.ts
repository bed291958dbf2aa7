/** What a model is called at another provider. */

import type { Provider } from '#providers'

/**
 * The same name where the provider lists it or lists nothing; its own model of the same size class where the name stands in a class
 * elsewhere. Undefined: it lists its models, and none answers to the name.
 */
export function servedName(
  provider: Provider,
  model: string,
  providers: ReadonlyMap<string, Provider>,
): string | undefined {
  if (provider.models.length === 0 || knows(provider, model)) return model
  return classMate(provider, model, providers)
}

/** Lists it, or has a name of its own for it. */
function knows({ models, spells }: Provider, model: string): boolean {
  return models.includes(model) || (spells !== undefined && spells(model) !== model)
}

/** Its first model of the class the name stands in, at whichever provider. */
function classMate(
  provider: Provider,
  model: string,
  providers: ReadonlyMap<string, Provider>,
): string | undefined {
  for (const { classes } of providers.values()) {
    const size = classes.findIndex((names) => names.includes(model))
    if (size >= 0) return provider.classes[size]?.[0]
  }
  return undefined
}

/**
 * Who stands in for a model that was asked of somebody else: the same name where it is known to be served, a model of the same class,
 * the same name at another account of the same address or where nothing else is known; at last the provider's default model.
 */
export function standIn(
  provider: Provider,
  failed: { readonly provider: Provider; readonly model: string },
  providers: ReadonlyMap<string, Provider>,
): string {
  const { model } = failed
  if (knows(provider, model)) return model
  const mate = classMate(provider, model, providers)
  if (mate !== undefined) return mate
  return provider.baseUrl === failed.provider.baseUrl ? model : (provider.defaultModel ?? model)
}
