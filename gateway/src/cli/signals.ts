/** SIGTERM and SIGINT end a running server in good order, a second one ends it at once; SIGHUP lets it read its sources again. */

export interface Closable {
  close(): Promise<void>
}

export function closeOnSignal(server: Closable): void {
  let asked = false
  const end = () => {
    if (asked) process.exit(1)
    asked = true
    server.close().then(
      () => process.exit(0),
      (fault: unknown) => {
        process.stderr.write(
          `sluice: closing failed: ${fault instanceof Error ? fault.message : String(fault)}\n`,
        )
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

export function reloadOnSignal(server: { reload(who: string): Promise<void> }): void {
  process.on('SIGHUP', () => void server.reload('SIGHUP'))
}
