/** What the process takes of its machine. */

import type { JsonObject } from '#core'

export function resources(): JsonObject {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const seconds = (user + system) / 1e6
  return {
    memory: {
      rss_bytes: rss,
      heap_used_bytes: heapUsed,
      heap_total_bytes: heapTotal,
      external_bytes: external,
    },
    cpu: {
      user_seconds: user / 1e6,
      system_seconds: system / 1e6,
      // Of one core, since the process began.
      average_percent: Math.round((seconds / process.uptime()) * 1000) / 10,
    },
    open_sockets: process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket')).length,
  }
}
