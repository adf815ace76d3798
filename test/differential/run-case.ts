import { connect } from 'node:net'
import { type Case, lines } from './case.js'
import { AFTER, type Recorded, type Recorder } from './recorder.js'

/** What came of one case at one proxy. */
export interface Outcome {
  /** Everything the client received, until the proxy closed the connection or said nothing more. */
  readonly received: string
  readonly requests: readonly Recorded[]
}

/** Sent after a case on the same connection: whoever reads the case's end elsewhere than it is shows it here, and the connection closes. */
const FOLLOWER = lines(`GET ${AFTER} HTTP/1.1`, 'Host: gw', 'Connection: close')

/** A proxy that neither answers nor closes for so long will not. */
const SILENCE_MS = 3_000

/** Sends a case through the proxy at `port` and waits until the connection is over. */
export async function runCase(one: Case, port: number, recorder: Recorder): Promise<Outcome> {
  const requests = recorder.begin(one)
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  const over = new Promise<void>((resolve) => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
  })
  socket.write(Buffer.from(one.alone ? one.send : one.send + FOLLOWER, 'latin1'))
  await over
  socket.destroy()
  return { received, requests: [...requests] }
}
