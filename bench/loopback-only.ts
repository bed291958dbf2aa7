/** Preloaded into a foreign server that offers no choice of address: whatever it listens on, it does so on loopback. */

import { Server } from 'node:net'

const listen: unknown = Reflect.get(Server.prototype, 'listen')

Object.defineProperty(Server.prototype, 'listen', {
  value: function (this: Server, ...args: readonly unknown[]): unknown {
    if (typeof listen !== 'function') throw new Error('net.Server has no listen')
    const ready = args.find((argument) => typeof argument === 'function')
    const [first] = args
    const port: unknown = typeof first === 'object' && first !== null && 'port' in first ? first.port : first
    return Reflect.apply(listen, this, [{ host: '127.0.0.1', port }, ready])
  },
})
