// Refuses to go on under a Node older than the project's floor. Plain old syntax, so that an old Node can read it.
// The private root carries a pinned Node; started through npm it comes first in PATH. Every way of missing it is silent.
var FLOOR = [24, 15, 0]
var have = process.versions.node.split('.').map(Number)
var older = FLOOR.reduce(function (verdict, part, i) {
  return verdict !== 0 ? verdict : have[i] - part
}, 0)
if (older < 0) {
  console.error(
    'Sluice needs Node ' +
      FLOOR.join('.') +
      ' or newer and this is ' +
      process.versions.node +
      '. ' +
      'Run it through npm (npm start, npm test) after npm ci, which brings the pinned Node on linux-x64.',
  )
  process.exit(1)
}
