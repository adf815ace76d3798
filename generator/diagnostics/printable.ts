// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Replaces characters that a terminal would obey or hide; line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd')
}
