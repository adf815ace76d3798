import { Project, SyntaxKind } from 'ts-morph'

/** Takes away the indentation that every line after the first has. */
function dedent(text: string): string {
  const indents = text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length)
  const least = Math.min(...indents, Number.MAX_SAFE_INTEGER)
  return indents.length === 0 ? text : text.replaceAll(new RegExp(`\\n {${least}}`, 'g'), '\n')
}

/** The expressions that the arrow functions return in the object that `name` is in `file`, by key, as they are written. */
export function readBodies(file: string, name: string): ReadonlyMap<string, string> {
  const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true })
  const literal = project
    .addSourceFileAtPath(file)
    .getVariableDeclarationOrThrow(name)
    .getInitializerIfKindOrThrow(SyntaxKind.ObjectLiteralExpression)
  const bodies = literal.getProperties().flatMap((property): [string, string][] => {
    if (!property.isKind(SyntaxKind.PropertyAssignment)) return []
    const body = dedent(property.getInitializerIfKindOrThrow(SyntaxKind.ArrowFunction).getBody().getText())
    return [[property.getName(), `export default ${body.replace(/^\(([\s\S]*)\)$/, '$1')}`]]
  })
  return new Map(bodies)
}
