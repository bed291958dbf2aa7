/** The provider simulator: a real HTTP server that plays providers, and the embedded default when none is configured. */

import { SimulatorServer, type Simulator, type SimulatorOptions } from './server.ts'

/** Listens; the simulator is ready when the promise resolves. */
export function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return new SimulatorServer(options).listen()
}

export { DEMO_MODELS } from './demo.ts'
export type { ReplaySplit } from './replay.ts'
export type { RecordedRequest } from './requests.ts'
export type * from './script.ts'
export type { Simulator, SimulatorOptions } from './server.ts'
