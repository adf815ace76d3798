import { type InnerList, isInnerList, parseDictionary, serializeInnerList } from 'structured-headers'

/** One part of the request that a signature covers: its identifier as it is written, its name, and the `name` of a query parameter. */
export interface CoveredComponent {
  readonly identifier: string
  readonly name: string
  readonly parameter: string | undefined
}

/** One signature of a request, unverified (RFC 9421 section 4). */
export interface SentSignature {
  readonly components: readonly CoveredComponent[]
  /** The last line of the signature base, without its name. */
  readonly params: string
  readonly keyId: string | undefined
  readonly algorithm: string | undefined
  /** Epoch seconds. */
  readonly created: number | undefined
  readonly expires: number | undefined
  readonly nonce: string | undefined
  readonly tag: string | undefined
  readonly bytes: Buffer
}

/** Signatures of one request that are looked at; each may cost a public-key operation. */
const MAX_SIGNATURES = 3
const MAX_COMPONENTS = 50

/** An identifier with a parameter that is not understood covers something else than it seems to. */
function readComponent([value, parameters]: InnerList[0][number]): CoveredComponent | undefined {
  if (typeof value !== 'string' || value !== value.toLowerCase()) return undefined
  if (value !== '@query-param') return parameters.size === 0 ? { identifier: `"${value}"`, name: value, parameter: undefined } : undefined
  const name = parameters.get('name')
  if (typeof name !== 'string' || parameters.size !== 1) return undefined
  return { identifier: `"${value}";name="${name.replace(/["\\]/g, '\\$&')}"`, name: value, parameter: name }
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : undefined)
const secondsIn = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined)

function readOne(list: InnerList, bytes: Buffer): SentSignature | undefined {
  const [items, parameters] = list
  if (items.length > MAX_COMPONENTS) return undefined
  const components = items.map(readComponent)
  const known = components.filter((component) => component !== undefined)
  const distinct = new Set(known.map(({ identifier }) => identifier))
  if (distinct.size < components.length) return undefined
  return {
    components: known,
    params: serializeInnerList(list),
    keyId: textIn(parameters.get('keyid')),
    algorithm: textIn(parameters.get('alg')),
    created: secondsIn(parameters.get('created')),
    expires: secondsIn(parameters.get('expires')),
    nonce: textIn(parameters.get('nonce')),
    tag: textIn(parameters.get('tag')),
    bytes,
  }
}

/** Reads `Signature-Input` and `Signature` (RFC 9421 section 4); signatures that cannot be understood are left out. Undefined if the fields are malformed. */
export function readSignatures(input: string, signature: string): readonly SentSignature[] | undefined {
  try {
    const inputs = parseDictionary(input)
    const values = parseDictionary(signature)
    return [...inputs].slice(0, MAX_SIGNATURES).flatMap(([label, list]) => {
      const value = values.get(label)?.[0]
      return isInnerList(list) && value instanceof ArrayBuffer ? (readOne(list, Buffer.from(value)) ?? []) : []
    })
  } catch {
    return undefined
  }
}
