// The door of the `sluice` command once the Node version is known to be new enough. No await at its top: it is required.
import { run } from '#cli'

void run(process.argv)
