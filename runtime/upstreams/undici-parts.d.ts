declare module 'undici/lib/*' {
  const part: unknown
  export = part
}
