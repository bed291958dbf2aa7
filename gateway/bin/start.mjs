// The door of the `sluice` command once the Node version is known to be new enough.
import { run } from '#cli'

void run(process.argv)
