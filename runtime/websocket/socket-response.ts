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
  const onEnd = () => socket.destroy()
  const onDrain = () => res.emit('drain')
  socket.on('end', onEnd)
  socket.on('drain', onDrain)
  res.once('prefinish', () => {
    socket.off('end', onEnd)
    socket.off('drain', onDrain)
  })
  res.once('finish', () => {
    if (res.statusCode === 101) return
    res.detachSocket(socket)
    socket.destroySoon()
    process.nextTick(() => res.emit('close'))
  })
  return res
}
