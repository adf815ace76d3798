import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

const SIDE = 96
const CELLS = 6

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(data.length, 0)
  named.copy(framed, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}

/** A picture for a product that nobody photographed: a symmetric pattern from its SKU, as a PNG (RFC 2083) of 96 by 96 pixels. */
export function paintProduct(sku: string): Buffer {
  const hash = createHash('sha256').update(sku).digest()
  const color = [hash.readUInt8(0), hash.readUInt8(1), hash.readUInt8(2)]
  const paper = [250, 247, 240]
  const rows = Array.from({ length: SIDE }, (_, y) => {
    const pixels = Array.from({ length: SIDE }, (_, x) => {
      const column = Math.floor((x * CELLS) / SIDE)
      const row = Math.floor((y * CELLS) / SIDE)
      const cell = row * (CELLS / 2) + Math.min(column, CELLS - 1 - column)
      return hash.readUInt8(3 + cell) % 2 === 0 ? color : paper
    })
    return Buffer.from([0, ...pixels.flat()])
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
