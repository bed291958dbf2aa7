/** The provider types there are: those built in, and those that the plugins of the configuration bring. */

import { type LoadOptions, modulesNamed } from '#config'
import { typesOf } from '#plugins'
import { PRESET_FACTS } from '#providers'

/** Throws `invalid-request` when a plugin cannot be loaded. */
export async function providerTypes(options: Omit<LoadOptions, 'presets'>): Promise<LoadOptions['presets']> {
  const modules = modulesNamed({ ...options, presets: PRESET_FACTS })
  return modules.length === 0 ? PRESET_FACTS : [...PRESET_FACTS, ...(await typesOf(modules))]
}
