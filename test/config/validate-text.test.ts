import t from 'tap'
import { validateText } from '../../src/config/validateText.ts'
import { migrationText, policyText, spoken } from './support.ts'

t.test('a text of both kinds is read, each document by its kind', async (t) => {
  const { errors, warnings, names } = validateText(`${policyText()}\n---\n${migrationText()}`, 'body', { env: {} })
  t.same(spoken(errors), [])
  t.same(warnings, [])
  t.same(names, [
    { kind: 'Policy', name: 'p' },
    { kind: 'Migration', name: 'm' }
  ])
})

t.test('names with errors are told as well, and errors in the order of the text', async (t) => {
  const text = `${policyText({ more: 'zzz: 1' })}\n---\n${policyText()}\n---\nkind: Shift\n---\na: [`
  const { errors, names } = validateText(text, 'body', { env: {} })
  t.same(
    names.map(({ name }) => name),
    ['p', 'p']
  )
  t.match(spoken(errors), [
    /^body:9:1: zzz: unknown key/,
    /^body:13:7: name: there is another Policy named p, at body:3:7/,
    /^body:21:7: kind: is "Shift": it must be Policy or Migration/,
    /^body:23:5: not valid YAML/
  ])
})

t.test('a policy and a migration may share a name', async (t) => {
  const text = `${policyText()}\n---\n${migrationText().replace('name: m', 'name: p')}`
  t.same(spoken(validateText(text, 'body', { env: {} }).errors), [])
})

t.test('a text without a document is an error', async (t) => {
  t.same(spoken(validateText('# nothing\n', 'body', { env: {} }).errors), ['body: holds no document'])
})

t.test('only the environment that is given is used', async (t) => {
  const text = policyText({ more: 'description: ${HOME}' })
  t.match(spoken(validateText(text, 'body', { env: {} }).errors), [/HOME is not set/])
  t.same(spoken(validateText(text, 'body', { env: { HOME: 'x' } }).errors), [])
})
