const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/

/** Prints any text as a single-quoted string literal. */
export function quote(text: string): string {
  // ts-morph's writer takes a quote after any backslash for an escaped one, so no escape may end in a backslash.
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\\\', '\\u005c')
  const body = escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${body.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** Prints any text as the name of a member of a type. */
export function quoteMember(name: string): string {
  return IDENTIFIER.test(name) ? name : quote(name)
}

/** Prints any text as a key of an object literal; `__proto__` as a plain key would set the prototype. */
export function quoteKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : quoteMember(name)
}

/**
 * Makes any text fit to stand inside a documentation comment: it cannot end the comment, begin a tag, or be read as a
 * directive to the compiler.
 */
export function escapeDoc(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('*/', '*\\/')
    .replace(/(^|[\s*/])@/g, '$1\\@')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
}

/** Prints a documentation comment from escaped text, each line after the first indented; nothing for no text. */
export function printDoc(text: string, indent: string): string {
  if (text === '') return ''
  if (!text.includes('\n')) return `/** ${text} */\n${indent}`
  const lines = text.split('\n').map((line) => `${indent} *${line && ` ${line}`}\n`)
  return `/**\n${lines.join('')}${indent} */\n${indent}`
}
