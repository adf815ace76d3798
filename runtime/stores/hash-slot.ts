const SLOTS = 16_384
const POLYNOMIAL = 0x1021

/** The checksum of one byte, for each byte. */
const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit += 1) sum = ((sum & 0x8000 ? (sum << 1) ^ POLYNOMIAL : sum << 1) & 0xffff) >>> 0
  return sum
})

/** What of a key decides its slot: what stands in its first braces, if that is not empty. */
function tagOf(key: string): string {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}

/** The slot of a key in a Redis Cluster: CRC16 (XMODEM) of its hash tag, modulo 16,384. */
export function hashSlot(key: string): number {
  let sum = 0
  for (const byte of Buffer.from(tagOf(key))) sum = (((sum << 8) & 0xffff) ^ (TABLE[((sum >> 8) ^ byte) & 0xff] as number)) & 0xffff
  return sum % SLOTS
}
