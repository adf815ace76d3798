import test from 'ava'
import fc from 'fast-check'
import { closeFrame } from '../../runtime/websocket/close-frame.js'
import { FrameTracker } from '../../runtime/websocket/frame-tracker.js'

/** One frame as RFC 6455 section 5.2 lays it out. */
function frame(opcode: number, length: number, masked: boolean, fin = true): Buffer {
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const header = Buffer.alloc(2 + size + (masked ? 4 : 0))
  header[0] = (fin ? 0x80 : 0) | opcode
  header[1] = (masked ? 0x80 : 0) | (size === 0 ? length : size === 2 ? 126 : 127)
  if (size === 2) header.writeUInt16BE(length, 2)
  if (size === 8) header.writeBigUInt64BE(BigInt(length), 2)
  // A payload of 0x88 looks like close frames to whoever loses count.
  return Buffer.concat([header, Buffer.alloc(length, 0x88)])
}

const frames = fc.array(
  fc.record({
    opcode: fc.constantFrom(0x0, 0x1, 0x2, 0x9, 0xa),
    length: fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000)),
    masked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
)

test('however frames are cut into chunks, the end of each is found', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 80_000 })), (given, sizes) => {
        const parts = given.map(({ opcode, length, masked }) => frame(opcode, length, masked))
        const ends = new Set(parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length))
        const whole = Buffer.concat(parts)
        const tracker = new FrameTracker()
        for (let at = 0; at < whole.length; ) {
          const chunk = whole.subarray(at, at + (sizes.next().value as number))
          t.is(tracker.follow(chunk), chunk.length)
          at += chunk.length
          if (tracker.isBetween !== ends.has(at)) return false
        }
        return !tracker.closed
      }),
      { numRuns: 200 },
    ),
  )
})

test('it stops at the first boundary where it is told to', (t) => {
  const tracker = new FrameTracker()
  const first = frame(1, 300, true)
  t.is(tracker.follow(first.subarray(0, 100)), 100)
  const rest = Buffer.concat([first.subarray(100), frame(2, 3, true)])
  t.is(tracker.follow(rest, true), first.length - 100)
  t.true(tracker.isBetween)
  t.is(tracker.follow(rest.subarray(first.length - 100), true), 0)
})

test('a close frame counts once it has passed whole', (t) => {
  for (const masked of [true, false]) {
    const tracker = new FrameTracker()
    const bytes = closeFrame(1_012, 'service restart', masked)
    tracker.follow(bytes.subarray(0, -1))
    t.false(tracker.closed)
    tracker.follow(bytes.subarray(-1))
    t.true(tracker.closed)
  }
  const empty = new FrameTracker()
  empty.follow(Buffer.of(0x88, 0))
  t.true(empty.closed)
})

test('a close frame of the gateway’s own carries its code and reason, masked towards an upstream', (t) => {
  t.deepEqual(closeFrame(1_001, 'x', false), Buffer.of(0x88, 3, 0x03, 0xe9, 0x78))
  const masked = closeFrame(1_001, 'x', true)
  const [, length, ...mask] = masked.subarray(0, 6)
  t.is(length, 0x83)
  const payload = masked.subarray(6).map((byte, index) => byte ^ (mask[index % 4] as number))
  t.deepEqual(Buffer.from(payload), Buffer.of(0x03, 0xe9, 0x78))
})

test('bytes that are no frames are followed without harm', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const tracker = new FrameTracker()
        return chunks.every((chunk) => tracker.follow(chunk) === chunk.length)
      }),
    ),
  )
})
