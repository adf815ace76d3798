/** Shared secret of the HS256 tokens; 32 bytes and more. */
export const SECRET = 'a-benchmark-secret-of-forty-characters-!'
export const ISSUER = 'https://id.example.org/'
export const AUDIENCE = 'bench'
