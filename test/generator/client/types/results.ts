// Type-checks with exactly the errors marked below, under both compilers and with either set of globals.

import {
  ApiError,
  connect,
  createClient,
  filesRead,
  type Problem,
  type ProblemDocument,
  type User,
  type UsersGetResult,
  usersGet,
} from '../../../golden/client/shop/index.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(equal: Equal<A, B>): boolean => equal

const api = createClient({ baseUrl: 'http://localhost:8080', jwt: async () => 'token', apiKey: undefined })

export async function byStatus(): Promise<void> {
  const result = await api.users.get({ params: { id: '1' } }, { timeout: 1_000 })
  same<typeof result, UsersGetResult>(true)
  if (result.ok) {
    same<typeof result.data, User>(true)
    same<typeof result.status, 200>(true)
    // @ts-expect-error a success has no error
    result.error
  } else if (result.status === 404) {
    same<typeof result.error, Problem<'NOT_FOUND'>>(true)
    same<typeof result.error.code, 'NOT_FOUND'>(true)
    // @ts-expect-error not a code of this status
    if (result.error.code === 'RATE_LIMITED') throw result
  } else if (result.status === 429) {
    same<typeof result.retryAfter, number | undefined>(true)
    same<typeof result.error.code, 'RATE_LIMITED'>(true)
  } else if (result.status === 0) {
    same<typeof result.kind, 'request' | 'network' | 'timeout' | 'aborted' | 'decode' | 'unexpected'>(true)
    if (result.kind === 'unexpected') same<typeof result.error, unknown>(true)
    else same<typeof result.cause, unknown>(true)
    // @ts-expect-error there may be no response at all
    result.response.status
  }
  // @ts-expect-error the status is not declared
  if (result.status === 418) throw result
}

export async function unwrapped(): Promise<User> {
  try {
    const gone = await api.users.remove({ params: { id: '1' } }).unwrap()
    same<typeof gone, undefined>(true)
  } catch (error) {
    if (error instanceof ApiError) same<[typeof error.status, typeof error.problem], [number, ProblemDocument | undefined]>(true)
  }
  return await api.users.get({ params: { id: '1' } }).unwrap()
}

export async function otherBodies(): Promise<void> {
  const file = await api.files.read({ params: { path: 'a/b' } })
  if (file.ok) same<typeof file.data, Blob>(true)
  else if (file.status === 404) same<typeof file.error, string | Problem<'NOT_FOUND'>>(true)
  const note = await api.notes.add({ body: 'text' })
  if (note.ok) same<typeof note.data, string>(true)
  const legacy = await api.legacy.read({ params: { path: '' } })
  if (legacy.ok && legacy.status === 200) same<typeof legacy.data, string>(true)
  if (legacy.ok && legacy.status === 206) same<typeof legacy.data, unknown>(true)
  if (!legacy.ok && legacy.status === 404) same<typeof legacy.error, Problem>(true)
  if (!legacy.ok && legacy.status === 0) legacy.kind
  const head = await api.probe()
  if (head.ok) same<typeof head.data, undefined>(true)
}

export function inputs(): void {
  api.users.list()
  api.users.list({ query: { limit: undefined, role: ['admin'] } })
  api.users.list(undefined, { signal: new AbortController().signal, headers: { 'x-trace': '1' } })
  api.users.replace({ params: { id: '1' }, headers: { 'if-match': '"1"' }, body: { name: 'Ann' } })
  // @ts-expect-error the path has a parameter
  api.users.get()
  // @ts-expect-error which is called id
  api.users.get({ params: { idd: '1' } })
  // @ts-expect-error a header is required
  api.users.replace({ params: { id: '1' }, body: { name: 'Ann' } })
  // @ts-expect-error a number is not a name
  api.users.create({ body: { name: 1 } })
  // @ts-expect-error not a role
  api.users.list({ query: { role: ['owner'] } })
  // @ts-expect-error not a parameter
  api.users.list({ query: { page: 1 } })
  // @ts-expect-error the operation takes nothing
  api.ping({ params: { id: '1' } })
  // @ts-expect-error there is no such operation
  api.users.find()
  // @ts-expect-error a client needs to know where its gateway is
  createClient({ jwt: 'token' })
}

export async function single(): Promise<void> {
  const call = connect({ baseUrl: '' })
  same<Awaited<ReturnType<typeof call<object, string>>>, string>(true)
  const result = await call(usersGet, { params: { id: '1' } })
  same<typeof result, UsersGetResult>(true)
  same<Awaited<ReturnType<ReturnType<typeof readFile>['unwrap']>>, Blob>(true)
  // @ts-expect-error the path has a parameter
  call(usersGet)
}

const readFile = () => connect({ baseUrl: '' })(filesRead, { params: { path: 'x' } })
