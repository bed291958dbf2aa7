#!/usr/bin/env node
// Refuses to go on under a Node older than the floor. Plain old syntax, so that an old Node can read it and say so.
'use strict'

var FLOOR = [24, 15, 0]
var have = process.versions.node.split('.').map(Number)
var older = FLOOR.reduce(function (verdict, part, i) {
  return verdict !== 0 ? verdict : have[i] - part
}, 0)
if (older < 0) {
  console.error('Sluice needs Node ' + FLOOR.join('.') + ' or newer; this is Node ' + process.versions.node + '.')
  process.exit(1)
}
// The path is computed so that nothing tries to read the modern file before the check.
require(require('path').join(__dirname, 'start.mjs'))
