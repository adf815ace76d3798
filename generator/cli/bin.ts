#!/usr/bin/env node
import { text } from 'node:stream/consumers'
import pico from 'picocolors'
import { runCli } from './run-cli.js'

const colored = process.stderr.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'

const isClosed = (error: NodeJS.ErrnoException) => error.code === 'EPIPE'

// Whoever reads the data, such as `head`, may have seen enough of it; that nobody reads the words must end nothing.
process.stdout.on('error', (error) => {
  if (!isClosed(error)) throw error
  process.exit(0)
})
process.stderr.on('error', (error) => {
  if (!isClosed(error)) throw error
})

const code = await runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  colors: pico.createColors(colored),
  print: (data) => process.stdout.write(data),
  note: (words) => process.stderr.write(words),
  read: () => text(process.stdin),
  exitCode: 0,
  sources: undefined,
})
// A config may hold timers or sockets open; only what was written has to be waited for.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => stream.writableLength === 0 || new Promise((resolve) => stream.write('', resolve))),
)
process.exit(code)
