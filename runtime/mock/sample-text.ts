/** What a text has to be like; a part of JSON Schema. */
export interface TextSchema {
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
}

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'haven', 'inlet', 'jetty', 'knoll', 'lunar'] as const
/** Where made-up times lie: in 2025. */
const FIRST_MS = Date.UTC(2025, 0, 1)
const YEAR_MS = 31_536_000_000

type Random = () => number

const word = (random: Random): string => WORDS[Math.floor(random() * WORDS.length)] as string
const hex = (random: Random, digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
const time = (random: Random) => new Date(FIRST_MS + Math.floor(random() * YEAR_MS)).toISOString()
const octet = (random: Random) => 1 + Math.floor(random() * 254)

const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  uuid: (random) => `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
  email: (random) => `${word(random)}@example.org`,
  uri: (random) => `https://example.org/${word(random)}`,
  'date-time': time,
  date: (random) => time(random).slice(0, 10),
  duration: (random) => `PT${octet(random)}M`,
  ipv4: (random) => `192.0.2.${octet(random)}`,
  ipv6: (random) => `2001:db8::${octet(random).toString(16)}`,
}

/** Makes up a text of a format and length. Patterns are not read: a schema with one wants examples. */
export function sampleText({ format, minLength = 0, maxLength }: TextSchema, random: Random): string {
  const made = format === undefined ? undefined : FORMATS[format]
  if (made) return made(random)
  let text = word(random)
  while (text.length < minLength) text += ` ${word(random)}`
  return text.slice(0, maxLength)
}
