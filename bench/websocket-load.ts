// Sends WebSocket messages, each after the answer to the one before, on many connections; a process of its own, so that its
// CPU is not counted. Arguments: port, path, connections, seconds. Prints one line of JSON, as `LoadResult` has it.

import { onMessages, openWebsocket } from './harness/websocket-client.js'
import { clientMessage } from './harness/websocket-frames.js'

const [port, path, connections, seconds] = process.argv.slice(2)
const sockets = await Promise.all(Array.from({ length: Number(connections) }, () => openWebsocket(Number(port), String(path))))
const start = performance.now()
const ends = start + Number(seconds) * 1_000
const durations: number[] = []
let failures = 0

await Promise.all(
  sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        const message = clientMessage()
        let sent = performance.now()
        onMessages(socket, () => {
          const now = performance.now()
          durations.push(now - sent)
          sent = now
          if (now < ends) socket.write(message)
          else socket.destroy()
        })
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          if (performance.now() < ends) failures += 1
          resolve()
        })
        socket.write(message)
      }),
  ),
)

const took = (performance.now() - start) / 1_000
durations.sort((a, b) => a - b)
console.log(
  JSON.stringify({ requests: durations.length, failures, seconds: took, p99: durations[Math.floor(durations.length * 0.99)] ?? 0 }),
)
