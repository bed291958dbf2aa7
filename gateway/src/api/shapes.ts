/** Everything that goes in or out in words of our own, by name. Settings of providers are described where they are defined. */

import { HEALTH_SHAPES } from './health-shapes.ts'
import { MANAGEMENT_SHAPES } from './management-shapes.ts'
import { STATISTICS_SHAPES } from './statistics-shapes.ts'
import { TRACE_SHAPES } from './trace-shapes.ts'

export const SHAPES = {
  ...MANAGEMENT_SHAPES,
  ...HEALTH_SHAPES,
  ...STATISTICS_SHAPES,
  ...TRACE_SHAPES,
} as const

export type OwnShape = keyof typeof SHAPES

/** With those that are made of the configuration's schema. */
export type ShapeName = OwnShape | 'ProviderSettings' | 'Registration' | 'ProviderChange'
