import test from 'ava'
import { ConfigError, type ConfigIssue, type Schema } from 'gatewright'
import { z } from 'zod'
import { renderSchemas } from '../../../generator/schemas/render-schemas.js'
import type { SchemaUse } from '../../../generator/schemas/schema-use.js'
import { printed, useOf } from '../../helpers/schema-use.js'

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const componentsOf = (...uses: SchemaUse[]) => renderSchemas(uses).components
const user = () => z.object({ id: z.string() }).meta({ id: 'User' })

function issuesOf(...uses: SchemaUse[]): readonly ConfigIssue[] {
  try {
    renderSchemas(uses, new Set(['Problem']))
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
  return []
}

test('a schema with an id is a component, referred to wherever it is used', (t) => {
  const User = user()
  const { schema, components } = printed(z.object({ owner: User, others: z.array(User) }), 'output')
  t.deepEqual(schema['properties'], { owner: ref('User'), others: { type: 'array', items: ref('User') } })
  t.deepEqual(components, { User: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } })
})

test('a schema with an id at the root is a reference, and can be followed', (t) => {
  const User = user()
  const rendered = renderSchemas([useOf(User, 'output')])
  t.deepEqual(rendered.schemaOf(User, 'output'), ref('User'))
  t.deepEqual(rendered.follow(rendered.schemaOf(User, 'output')), rendered.components['User']!)
})

test('a description beside a reference stays beside it', (t) => {
  t.deepEqual(printed(z.object({ owner: user().describe('Who owns it.') }), 'output').schema['properties'], {
    owner: { ...ref('User'), description: 'Who owns it.' },
  })
})

test('documents have neither $schema nor $id nor $defs', (t) => {
  const { schema, components } = printed(z.object({ user: user() }), 'output')
  t.notRegex(JSON.stringify([schema, components]), /\$schema|\$id|\$defs|"id":"c/)
})

test('a schema that is the same to send and to get is one component', (t) => {
  const User = user()
  t.deepEqual(Object.keys(componentsOf(useOf(User, 'input'), useOf(User, 'output'))), ['User'])
})

test('a schema that differs is two components, and so is every schema that holds it', (t) => {
  const Inner = z.object({ a: z.string().default('x') }).meta({ id: 'Inner' })
  const Outer = z.object({ inner: Inner }).meta({ id: 'Outer' })
  const Apart = z.object({ b: z.string() }).meta({ id: 'Apart' })
  const both = z.object({ outer: Outer, apart: Apart })
  const components = componentsOf(useOf(both, 'input'), useOf(both, 'output'))
  t.deepEqual(Object.keys(components), ['Apart', 'Inner', 'InnerInput', 'Outer', 'OuterInput'])
  t.deepEqual(components['OuterInput']?.['properties'], { inner: ref('InnerInput') })
  t.deepEqual(components['Outer']?.['properties'], { inner: ref('Inner') })
  t.is(components['InnerInput']?.['required'], undefined)
})

test('a schema that is only sent keeps its name', (t) => {
  const Inner = z.object({ a: z.string().default('x') }).meta({ id: 'Inner' })
  t.deepEqual(Object.keys(componentsOf(useOf(Inner, 'input'))), ['Inner'])
})

test('a recursive schema with an id refers to itself', (t) => {
  const Tree = z
    .object({
      get children() {
        return z.array(Tree)
      },
    })
    .meta({ id: 'Tree' })
  t.deepEqual(printed(Tree, 'output').components['Tree']?.['properties'], { children: { type: 'array', items: ref('Tree') } })
})

test('a recursive schema without an id is refused with what to add', (t) => {
  const Tree = z.object({
    get children() {
      return z.array(Tree)
    },
  })
  const [issue] = issuesOf(useOf(z.object({ tree: Tree }), 'output', 'trees.get'))
  t.is(issue?.code, 'GW1502')
  t.deepEqual(issue?.path, ['routes', 'trees.get', 'responses'])
  t.regex(issue?.hint ?? '', /\.meta\(\{ id: "Name" \}\)/)
})

test('two different schemas with one id are refused, and both places are named', (t) => {
  const other = z.object({ name: z.string() }).meta({ id: 'User' })
  const [issue, ...more] = issuesOf(useOf(user(), 'output', 'users.get'), useOf(other, 'output', 'accounts.get'))
  t.is(issue?.code, 'GW1501')
  t.is(issue?.message, 'another schema already has the id "User", at routes["users.get"].responses')
  t.deepEqual(issue?.path, ['routes', 'accounts.get', 'responses'])
  t.is(issue?.related?.origin.stamp.message, 'users.get')
  t.is(more.length, 0)
})

test('two different schemas with one id are refused where one is sent and the other comes back', (t) => {
  const other = z.object({ name: z.string() }).meta({ id: 'User' })
  t.deepEqual(
    issuesOf(useOf(user(), 'input'), useOf(other, 'output')).map(({ code }) => code),
    ['GW1501'],
  )
})

test('two different schemas with one id are refused inside one schema', (t) => {
  const other = z.object({ name: z.string() }).meta({ id: 'User' })
  t.deepEqual(
    issuesOf(useOf(z.tuple([user(), other]), 'output')).map(({ code }) => code),
    ['GW1501'],
  )
})

test('two equal schemas with one id, such as two calls of a function, are one component', (t) => {
  t.deepEqual(Object.keys(componentsOf(useOf(user(), 'output'), useOf(z.array(user()), 'output'))), ['User'])
})

test('ids of schemas that are not published do not matter', (t) => {
  z.object({ forgotten: z.string() }).meta({ id: 'User' })
  t.deepEqual(issuesOf(useOf(user(), 'output')), [])
})

test('rendering leaves the user’s schemas and zod’s registry as they were', (t) => {
  const User = user()
  const before = z.globalRegistry.get(User)
  componentsOf(useOf(User, 'output'))
  componentsOf(useOf(User, 'output'))
  t.deepEqual(z.globalRegistry.get(User), before)
  t.is(z.globalRegistry.get(User)?.id, 'User')
})

for (const id of ['My User', 'User<1>', 'a/b', ''])
  test(`the id ${JSON.stringify(id)} cannot name a component`, (t) => {
    const [issue] = issuesOf(useOf(z.string().meta({ id }), 'output'))
    t.is(issue?.code, 'GW1502')
    t.true(issue?.message.includes(JSON.stringify(id)))
  })

test('a name that the document gives itself is refused', (t) => {
  t.deepEqual(
    issuesOf(useOf(z.string().meta({ id: 'Problem' }), 'output')).map(({ code }) => code),
    ['GW1501'],
  )
})

test('the name of an input form that is taken is refused', (t) => {
  const Inner = z.object({ a: z.string().default('x') }).meta({ id: 'Inner' })
  const taken = z.object({ b: z.string() }).meta({ id: 'InnerInput' })
  const issues = issuesOf(useOf(Inner, 'input'), useOf(Inner, 'output'), useOf(taken, 'output', 'two'))
  t.deepEqual(
    issues.map(({ code }) => code),
    ['GW1501'],
  )
})

test('a union told apart by a member has a discriminator where every option is a component', (t) => {
  const Cat = z.object({ kind: z.literal('cat'), lives: z.int().default(9) }).meta({ id: 'Cat' })
  const Dog = z.object({ kind: z.enum(['dog', 'wolf']) }).meta({ id: 'Dog' })
  const Pet = z.discriminatedUnion('kind', [Cat, Dog])
  const rendered = renderSchemas([useOf(Pet, 'input'), useOf(Pet, 'output')])
  t.deepEqual(rendered.schemaOf(Pet, 'output'), {
    oneOf: [ref('Cat'), ref('Dog')],
    discriminator: { propertyName: 'kind', mapping: { cat: ref('Cat').$ref, dog: ref('Dog').$ref, wolf: ref('Dog').$ref } },
  })
  t.deepEqual(rendered.schemaOf(Pet, 'input')['discriminator'], {
    propertyName: 'kind',
    mapping: { cat: ref('CatInput').$ref, dog: ref('Dog').$ref, wolf: ref('Dog').$ref },
  })
})

test('a union with an option that is no component has no discriminator', (t) => {
  const Cat = z.object({ kind: z.literal('cat') }).meta({ id: 'Cat' })
  const Pet = z.discriminatedUnion('kind', [Cat, z.object({ kind: z.literal('dog') })])
  t.deepEqual(Object.keys(printed(Pet, 'output').schema), ['oneOf'])
})

const refused: readonly (readonly [title: string, schema: Schema, message: RegExp, hint: RegExp])[] = [
  ['a transform', z.object({ n: z.string().transform(Number) }), /^`n` is a transform/, /\.pipe\(schema\)/],
  ['a custom check', z.array(z.custom<string>()), /^`\[\]` is a custom check/, /\.meta/],
  ['a Map', z.map(z.string(), z.string()), /^the schema is a Map/, /z\.record/],
  ['a Set', z.object({ a: z.object({ b: z.set(z.string()) }) }), /^`a\.b` is a Set/, /z\.array/],
  ['a symbol', z.symbol(), /symbol/, /./],
  ['undefined', z.object({ a: z.undefined() }), /^`a` is undefined/, /\.optional\(\)/],
  ['NaN', z.nan(), /nan/i, /./],
  ['a big integer beyond what JSON numbers hold', z.literal(2n ** 70n), /literal/, /./],
]

for (const [title, schema, message, hint] of refused)
  test(`${title} in a response is refused with its place and what to write instead`, (t) => {
    const [issue, ...more] = issuesOf(useOf(schema, 'output', 'users.get'))
    t.is(issue?.code, 'GW1502')
    t.deepEqual(issue?.path, ['routes', 'users.get', 'responses'])
    t.regex(issue?.message ?? '', message)
    t.regex(issue?.hint ?? '', hint)
    t.is(more.length, 0)
  })

test('a transform in a request is what it takes', (t) => {
  t.deepEqual(printed(z.object({ n: z.string().transform(Number) }), 'input').schema['properties'], { n: { type: 'string' } })
  t.deepEqual(printed(z.preprocess(String, z.string()), 'input').schema, { type: 'string' })
})

test('every schema that cannot be published is reported at once', (t) => {
  const issues = issuesOf(useOf(z.set(z.string()), 'output', 'one'), useOf(z.map(z.string(), z.int()), 'input', 'two'))
  t.deepEqual(
    issues.map(({ path }) => path[1]),
    ['one', 'two'],
  )
})

test('what zod itself cannot convert is reported at its place', (t) => {
  const broken = z.object({
    a: z.lazy((): z.ZodType => {
      throw new TypeError('not ready')
    }),
  })
  const [issue] = issuesOf(useOf(z.string(), 'output', 'fine'), useOf(broken, 'output', 'broken'))
  t.is(issue?.code, 'GW1502')
  t.is(issue?.path[1], 'broken')
  t.regex(issue?.message ?? '', /not ready/)
})
