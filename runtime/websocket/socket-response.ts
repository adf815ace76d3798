import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The response to a request that Node.js handed over with its bare socket. It ends its connection, unless it
 * switches protocols: then its socket is free, bytes that came early still in it.
 */
export function socketResponse(req: IncomingMessage, socket: Socket): ServerResponse {
  const res = new ServerResponse(req)
  res.shouldKeepAlive = false
  res.assignSocket(socket)
  // The socket's close tells all there is to know; without a listener an error would end the process.
  socket.on('error', () => undefined)
  // A client that ends before its answer is gone, as it is for Node.js itself.
  const listeners = {
    end: () => socket.destroy(),
    // Bytes that come early stay unread; asking for more where there are none is how a stream tells that it has ended.
    readable: () => socket.readableLength === 0 && socket.read(),
    drain: () => res.emit('drain'),
  }
  const entries = Object.entries(listeners)
  for (const [event, listener] of entries) socket.on(event, listener)
  res.once('prefinish', () => {
    for (const [event, listener] of entries) socket.off(event, listener)
  })
  res.once('finish', () => {
    if (res.statusCode === 101) return
    res.detachSocket(socket)
    socket.destroySoon()
    process.nextTick(() => res.emit('close'))
  })
  return res
}
