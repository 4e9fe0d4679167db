import t from 'tap'
import { validateText } from '../../src/config/validateText.ts'
import { marked, migrationText, placeOf, policyText, spoken } from './support.ts'

/** Parts of the public surface that this version does not have: the text with `‸` where it is refused, and the key. */
const rows: readonly (readonly [text: string, key: string])[] = [
  [policyText({ more: '‸windows: { timezone: Asia/Tokyo }' }), 'windows'],
  [policyText({ more: '‸hooks: []' }), 'hooks'],
  [migrationText({ more: '  - { name: tcp, type: ‸nlb }' }), 'routes[1].type']
]

for (const [text, key] of rows) {
  const at =
    text
      .slice(text.lastIndexOf('\n', text.indexOf('‸')) + 1, text.indexOf('‸') + 30)
      .split('\n')[0]
      ?.trim() ?? ''
  t.test(`what is not in this version is refused in one clear sentence: ${at}`, async (t) => {
    const { text: clean, places } = marked(text)
    const { errors } = validateText(clean, 'p.yaml', { env: {} })
    t.equal(errors.length, 1, spoken(errors).join(' | '))
    t.equal(errors[0] && placeOf(errors[0]), `${places[0]?.line}:${places[0]?.column}`)
    t.equal(errors[0]?.key, key)
    t.match(errors[0]?.message, /is not available in this version/)
  })
}

t.test('what merely repeats a default of this version is accepted', async (t) => {
  const text = policyText({ more: 'promote: fixed\nonAmber: hold' })
  const { errors } = validateText(text.replace('against: none', 'against: none, profile: robust'), 'p.yaml', {
    env: {}
  })
  t.same(spoken(errors), [])
})
