// Judges a document in AsyncAPI with the parser of its makers. Usage: check_asyncapi.mjs FILE|URL
import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'

const where = process.argv[2]
const text = where.startsWith('http') ? await (await fetch(where)).text() : readFileSync(where, 'utf8')
const { document, diagnostics } = await new Parser().parse(text)
const wrong = diagnostics.filter(({ severity }) => severity === 0)
for (const { message, path } of wrong) console.error(`${path.join('/')}: ${message}`)
const count = (list) => list?.length ?? 0
console.log(JSON.stringify({
  version: document?.version(), channels: count(document?.channels()), messages: count(document?.components().messages()),
}))
process.exit(wrong.length === 0 ? 0 : 1)
