/** One kind of load-time error. */
export interface IssueType {
  readonly title: string
  /** What is wrong and what to do; the text of the code's page in the documentation. */
  readonly explain: string
}

/** Every load-time error by code. Codes are append-only. */
export const ISSUES = {
  GW1001: { title: 'Not a gateway', explain: 'The config file must export the result of `defineGateway({ … })` as its default export.' },
  GW1002: {
    title: 'Invalid option',
    explain: 'An option has the wrong type or a value outside its range. The message says what was expected.',
  },
  GW1003: {
    title: 'Unknown key',
    explain: 'The object has a key that nothing reads. It is probably misspelt; remove it or use the suggested name.',
  },
  GW1004: {
    title: 'Environment variable',
    explain:
      'A variable read with `env(…)` is not set, or its value does not match its schema. Set it, for example in the shell or in a `.env` file beside the config.',
  },
  GW1101: { title: 'Invalid upstream reference', explain: 'A route’s `upstream` must be a value made by `upstream(name, { … })`.' },
  GW1102: {
    title: 'Duplicate upstream',
    explain: 'Two different upstreams have the same name. Names identify pools, metrics and logs, so each must be unique.',
  },
  GW1170: {
    title: 'Impossible rollout',
    explain:
      'The two sides of a rollout are different upstreams. It stands in the `upstream` of a route, not in calls, fallbacks or other rollouts, and its callers are told apart by its `by` or, where it has none, by the `affinity` of each route; a key that reads what an auth found is an `affinity`, since it needs a route with that auth.',
  },
  GW1171: {
    title: 'Rollout name used twice',
    explain:
      'The admin listener and the metrics know rollouts by their names, which are those of their first side unless `name` says otherwise. Share one value between routes, or give each a name of its own.',
  },
  GW1201: {
    title: 'Invalid path',
    explain:
      'A path is `/`-separated segments; a segment is literal text or one whole parameter: `{id}`, `{id:[0-9]+}` or a last `{rest*}`.',
  },
  GW1202: {
    title: 'Bad regular expression',
    explain:
      'A pattern in a path parameter or in `match` is not a valid JavaScript regular expression, or repeats a repetition, as `(a+)+` does: a caller could make it take a time that doubles with each character. Write such a pattern without the inner or the outer repetition.',
  },
  GW1203: {
    title: 'Parameters do not match the path',
    explain: 'The keys of `params` must be exactly the parameters of the path, group prefix included; `upstreamPath` may use only those.',
  },
  GW1204: {
    title: 'Duplicate route',
    explain: 'Two routes have the same method, path and conditions. Remove one, or tell them apart with `match`.',
  },
  GW1205: {
    title: 'Shadowed route',
    explain:
      'An earlier route takes every request that this one would match, so it can never run. Remove it, reorder them or narrow the earlier one.',
  },
  GW1206: {
    title: 'Invalid route key',
    explain: 'The keys under `routes` become operation ids and client methods: letters, digits and underscores, starting with a letter.',
  },
  GW1207: {
    title: 'Not a route',
    explain: 'Values under `routes` are made by `route({ … })` or `group.route({ … })`, or are objects of those.',
  },
  GW1270: {
    title: 'Version cannot be used',
    explain:
      '`version` of a route or group is made by the function that `versions({ … })` returns, is one of its `known` versions, and is given once: by the group or by the route, with no condition of `match` on the same header or query parameter.',
  },
  GW1301: { title: 'Not a policy', explain: 'Values in `use` are made by policy functions such as `rateLimit({ … })` or `cors({ … })`.' },
  GW1302: {
    title: 'Not an auth',
    explain:
      '`auth` takes a value made by `jwt({ … })`, `apiKey({ … })` or another auth, or a combination of them by `anyOf(…)`, `allOf({ … })` and, around the whole, `optional(…)`.',
  },
  GW1303: {
    title: 'Reserved policy key',
    explain: 'A key in `use` becomes a property of the context and may not hide one that is already there.',
  },
  GW1304: {
    title: 'Policy key used twice',
    explain: 'The same key is used by the gateway, the group or the route. All of them run, so each needs a key of its own.',
  },
  GW1305: {
    title: 'Policy needs more of the gateway',
    explain:
      'A policy or auth works only with something that the gateway itself must be given, such as `redis` or `server.tls.clientCaFile`.',
  },
  GW1306: {
    title: 'Auths exclude each other',
    explain:
      'The parts of an `allOf` need different credentials in one header, such as a bearer token and a password in `Authorization`. A request has one value of it, so nobody could ever pass. Take one of them from another header with its `header` option, or accept either with `anyOf`.',
  },
  GW1310: {
    title: 'Cache would mix callers',
    explain:
      'A route with an auth answers each caller by who it is, and its `cache` has no `key` from that auth: one caller could get another’s response. Give the cache a key such as `session.key(auth => auth.claims.sub)`, or write `public: true` if every caller gets the same.',
  },
  GW1350: {
    title: 'Retries do not fit in the total time',
    explain:
      '`perTry` for each of the attempts, with the waits between them, is longer than `timeouts.total`, so that the last ones can never be made. Shorten `perTry`, lower `attempts`, or raise `total`.',
  },
  GW1351: {
    title: 'Retry of a streamed, non-idempotent request',
    explain:
      '`nonIdempotent: true` repeats requests that the upstream may have carried out, and this route streams their bodies: which of them are repeated would hang on their size. Give the route a `body` schema, retry only requests `with-key`, or switch it off with `retry: false`.',
  },
  GW1352: {
    title: 'Retry without effect',
    explain:
      'POST and PATCH are not idempotent (RFC 9110 section 9.2.2), so `retry` on such a route does nothing unless `nonIdempotent` says which requests may be sent twice.',
  },
  GW1360: {
    title: 'Fallback cannot stand in',
    explain:
      'A route’s `fallback.reply` must be a response that `responses` declares, with a body that matches its schema, and `fallback.upstream` another upstream than the route’s own.',
  },
  GW1361: {
    title: 'Mirror that copies nothing',
    explain:
      'A `mirror` on a route sends to the upstream that the route itself uses, or the route is composed and forwards no request that could be copied. A mirror that a gateway or group shares passes such routes by.',
  },
  GW1320: {
    title: 'Nothing to balance by',
    explain:
      'The upstream has `balance: "consistent-hash"`, which sends requests with one key to one target, and this route does not say what the key is. Give the route an `affinity` such as `ip`, `header("x-tenant")` or `session.key(auth => auth.claims.sub)`.',
  },
  GW1321: {
    title: 'Affinity without effect',
    explain:
      'A route’s `affinity` is what its upstream’s balancer keys on, and only `balance: "consistent-hash"` does. Set that on the upstream, or leave `affinity` out.',
  },
  GW1322: {
    title: 'Affinity cookie of two upstreams',
    explain:
      'Two upstreams keep their clients by a cookie of the same name: each would overwrite the other’s. Give each `sticky.cookie` a name of its own.',
  },
  GW1401: { title: 'Transform without response', explain: '`mapResponse` has a function for a status that `responses` does not declare.' },
  GW1402: {
    title: 'Body not allowed',
    explain:
      'GET and HEAD requests have no body that servers agree on (RFC 9110 section 9.3.1): `body` and `mapRequest` need another method.',
  },
  GW1403: {
    title: 'WebSocket on another method',
    explain: 'A WebSocket handshake is a GET request (RFC 6455 section 4.1): `websocket` needs a route with method `GET` or `*`.',
  },
  GW1404: {
    title: 'Header name in capitals',
    explain:
      'The keys of a route’s `headers` schema are names in lower case, as the gateway reads them (RFC 9110 section 5.1: names have no case).',
  },
  GW1405: {
    title: 'Body cannot travel so',
    explain:
      '`accepts` names media types that the route’s `body` cannot come in: it needs a schema, a `z.file()` alone is its own bytes, and an object with files is a multipart form.',
  },
  GW1406: {
    title: 'Secret cannot be redacted',
    explain:
      'With `redactSecrets`, a member marked `.meta({ secret: true })` is removed if it may be absent and sent as `***` otherwise; here the schema allows neither.',
  },
  GW1407: {
    title: 'Body cannot be converted',
    explain:
      'XML, CSV and forms hold less than JSON: an XML document has one root element, CSV is a list of flat rows, a form has fields. `convert` and `accepts` need a schema that fits, and something that is read: a `body` schema or `mapRequest` for requests, a schema in `responses` for responses.',
  },
  GW1501: {
    title: 'Conflicting schema id',
    explain: 'Two different schemas carry the same `.meta({ id })`; in the OpenAPI document one would silently replace the other.',
  },
  GW1502: {
    title: 'Schema cannot be published',
    explain: 'A schema has a part that JSON Schema cannot express, or an id with characters that a component name cannot have.',
  },
  GW1503: {
    title: 'Document cannot become a client',
    explain:
      'The OpenAPI document has something that a typed client cannot be made of, such as an operation without `operationId` or a reference to nothing. The path says where.',
  },
  GW1601: {
    title: 'Certificate or key cannot be read',
    explain:
      'A file of `server.tls` cannot be read, or what is in it is not a certificate or private key in PEM form. It is looked at when the gateway starts, on every reload and when it changes; an invalid one never replaces one in use.',
  },
  GW1602: {
    title: 'Certificate and key do not match',
    explain:
      'The private key of `server.tls` is not the one that the certificate was made for. In a file with a chain, the server’s own certificate comes first.',
  },
  GW1603: {
    title: 'Certificate out of date',
    explain: 'The certificate of `server.tls` has expired, or is not valid yet. Renew it, or check the clock of the machine.',
  },
  GW1604: {
    title: 'Key file cannot be used',
    explain:
      'The file of an `apiKey` store cannot be read, or is not a list of key records as `gatewright keys` writes it. It is looked at when the gateway starts and on every reload; later the last good one stays in use.',
  },
  GW1641: {
    title: 'Unverified upstream in production',
    explain:
      'An upstream has `verify: false` in its `tls`, without `pins`, and `NODE_ENV` is `production`. Anyone on the way could pose as the upstream. Trust the authority that issued its certificates with `ca`, or name their keys with `pins`.',
  },
  GW1901: {
    title: 'Config file not found',
    explain: 'There is no file at the given path. Name it with `--config`, or run the command in its folder.',
  },
  GW1902: {
    title: 'Config does not compile',
    explain: 'The config file, or a file it imports, has a syntax error or an import that cannot be resolved.',
  },
  GW1903: { title: 'Config failed to run', explain: 'The config file threw an error while it was evaluated.' },
  GW1905: {
    title: 'Cannot listen',
    explain:
      'The address or port cannot be listened on: another process has it, it is not an address of this machine, or it needs more rights.',
  },
  GW1906: {
    title: 'Insecure HTTP parser',
    explain:
      'Node was started with `--insecure-http-parser`, on its command line or in `NODE_OPTIONS`. It makes every HTTP parser of the process accept requests that other servers read differently, which is how requests are smuggled past a gateway. Start Node without it.',
  },
  GW1907: {
    title: 'Unusable TLS of an upstream',
    explain:
      'A text or file in `tls` of an upstream cannot be read or is not a certificate or private key in PEM form, the key is not the one of the certificate, or the certificate is out of date. It is read when the config is loaded, before any connection needs it; files are read again when they change, and then the last good ones stay in use.',
  },
  GW1908: {
    title: 'Unusable file of targets',
    explain:
      'The file that an upstream’s `targets: file(path)` names cannot be read when the config is loaded, or is no JSON list of targets. The path is from the working directory. What the file becomes later is another matter: content that cannot be used is logged, and the last good list stays in use.',
  },
  GW1380: {
    title: 'Invalid composition',
    explain:
      'A composed route has `compose` instead of `upstream`, a value made by `compose({ … })` with at least one call, and none of the options that shape a forwarded request. Each call’s path is a template whose parameters come from `params` or from the route’s path, and the keys that its parts read must be there.',
  },
  GW1381: {
    title: 'Fallback does not match',
    explain: 'The `fallback` of a call must match the schema of its `response`, since callers get it in place of an answer.',
  },
  GW1382: {
    title: 'Composition without a schema',
    explain:
      'A response that `map` or `derive` makes has a shape that nothing declares. Write it down as `responses: { 200: … }`, so that it is checked and published.',
  },
  GW1904: { title: 'Invalid command option', explain: 'A command-line flag or argument has a value that the command cannot use.' },
} as const satisfies Record<string, IssueType>

/** A code of the issue table. */
export type IssueCode = keyof typeof ISSUES
