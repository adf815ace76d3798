import { ConversionError } from './conversion-error.js'

const MARKS = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
] as const

function markedAs(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 3).toString('hex')
  return MARKS.find(([mark]) => start.startsWith(mark))?.[1]
}

/** The charset that a media type names, as in `text/csv; charset=iso-8859-1`. */
export function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType)?.[1]
}

/**
 * Decodes a text: by its byte order mark, else by the charset that is named, else as UTF-8; labels are those of the WHATWG Encoding
 * Standard. The mark is left out.
 * @throws ConversionError if the charset is unknown or the bytes are not in it
 */
export function decodeText(bytes: Buffer, charset: string | undefined): string {
  const label = markedAs(bytes) ?? charset ?? 'utf-8'
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(label, { fatal: true })
  } catch {
    throw new ConversionError('charset', `the charset ${JSON.stringify(label)} is unknown`)
  }
  try {
    return decoder.decode(bytes)
  } catch {
    throw new ConversionError('malformed', `its bytes are no ${decoder.encoding}`)
  }
}
