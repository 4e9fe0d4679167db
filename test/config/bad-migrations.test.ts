import t from 'tap'
import { validateText } from '../../src/config/validateText.ts'
import { arns, elsewhere, marked, migrationText, placeOf, spoken } from './support.ts'

type Row = readonly [what: string, text: string, ...said: (readonly [key: string, ...words: string[]])[]]

const head = (more: string) => `apiVersion: sluice/v1\nkind: Migration\nname: m\n${more}`
const second = (where: string, name = 'api') =>
  `  - name: ${name}\n    type: alb\n    ${where}\n    old: { targetGroup: ${arns.old} }\n    new: { targetGroup: ${arns.new} }`

const rows: readonly Row[] = [
  ['no routes', head('routes: ‸[]'), ['routes', 'an empty list', 'at least one route']],
  ['a route without a type', head('routes:\n  - ‸name: web'), ['routes[0].type', 'is missing', 'alb']],
  [
    'a route of an unknown type',
    head('routes:\n  - { name: web, type: ‸albb }'),
    ['routes[0].type', '"albb"', 'must be alb']
  ],
  [
    'an owner that is none',
    migrationText({ more: '    allowOwner: [‸lbc]' }),
    ['routes[0].allowOwner[0]', '"lbc"', 'must be aws-load-balancer-controller, ack or crossplane']
  ],
  [
    'an owner without a list',
    migrationText({ more: '    allowOwner: ‸ack' }),
    ['routes[0].allowOwner', '"ack"', 'must be true, false or a list of aws-load-balancer-controller']
  ],
  [
    'neither listener nor rule',
    migrationText({ target: 'region: ap-northeast-1' }).replace('- name', '- ‸name'),
    ['routes[0].listener', 'is missing', 'a listener or a rule']
  ],
  [
    'listener and rule',
    migrationText({ target: `listener: ${arns.listener}\n    ‸rule: ${arns.rule}` }),
    ['routes[0].rule', 'exclude each other']
  ],
  [
    'a rule as listener',
    migrationText({ target: `listener: ‸${arns.rule}` }),
    ['routes[0].listener', 'is the ARN of an ALB listener rule', 'must be the ARN of an ALB listener (']
  ],
  [
    'a listener as rule',
    migrationText({ target: `rule: ‸${arns.listener}` }),
    ['routes[0].rule', 'is the ARN of an ALB listener,', 'must be the ARN of an ALB listener rule']
  ],
  [
    'a target group as listener',
    migrationText({ target: `listener: ‸${arns.old}` }),
    ['routes[0].listener', 'is the ARN of a target group']
  ],
  [
    'a load balancer as listener',
    migrationText({ target: `listener: ‸${arns.loadBalancer}` }),
    ['routes[0].listener', 'is the ARN of a load balancer']
  ],
  [
    'a listener of a Network Load Balancer',
    migrationText({ target: `listener: ‸${arns.nlb}` }),
    ['routes[0].listener', 'a listener of a Network Load Balancer', 'an ALB listener']
  ],
  [
    'half an ARN',
    migrationText({ target: `listener: ‸${arns.listener.slice(0, -17)}` }),
    ['routes[0].listener', 'an ALB listener that is not whole']
  ],
  [
    'an ARN of another service',
    migrationText({ old: '{ targetGroup: ‸arn:aws:s3:::bucket }' }),
    ['routes[0].old.targetGroup', 'an ARN of s3', 'a target group']
  ],
  [
    'a name instead of an ARN',
    migrationText({ old: '{ targetGroup: ‸shop-133 }' }),
    ['routes[0].old.targetGroup', '"shop-133", no whole ARN']
  ],
  [
    'a listener as target group',
    migrationText({ new: `{ targetGroup: ‸${arns.listener} }` }),
    ['routes[0].new.targetGroup', 'is the ARN of an ALB listener', 'must be the ARN of a target group']
  ],
  [
    'one target group on both sides',
    migrationText({ new: `{ targetGroup: ‸${arns.old} }` }),
    ['routes[0].new.targetGroup', 'old and new must differ']
  ],
  [
    'a side without a target group',
    migrationText({ new: '{ ‸vars: {} }' }).replace('{ ‸vars', '{ vars').replace('    new', '    ‸new'),
    ['routes[0].new.targetGroup', 'is missing']
  ],
  [
    'a target group in another region',
    migrationText({ new: `{ targetGroup: ‸${elsewhere(arns.new)} }` }),
    ['routes[0].new.targetGroup', 'is in eu-west-1', 'load balancer is in ap-northeast-1']
  ],
  [
    'another region on the route',
    migrationText({ target: `listener: ${arns.listener}\n    region: ‸eu-west-1` }),
    ['routes[0].region', 'is eu-west-1', 'its listener is in ap-northeast-1']
  ],
  [
    'another region in the defaults',
    migrationText({ head: head('defaults: { region: eu-west-1 }'), target: `rule: ‸${arns.rule}` }),
    ['routes[0].rule', 'is in ap-northeast-1', 'defaults.region is eu-west-1']
  ],
  [
    'another region on a side',
    migrationText({ old: `{ targetGroup: ${arns.old}, region: ‸eu-west-1 }` }),
    ['routes[0].old.region', 'is eu-west-1', 'target group is in ap-northeast-1']
  ],
  [
    'something else as role',
    migrationText({ head: head('defaults: { roleArn: ‸sluice }') }),
    ['defaults.roleArn', '"sluice"', 'an IAM role']
  ],
  [
    'an external id without a role',
    migrationText({ target: `listener: ${arns.listener}\n    externalId: ‸x` }),
    ['routes[0].externalId', 'without a roleArn']
  ],
  [
    'two routes of one name',
    migrationText({ more: second(`rule: ${arns.rule}`, '‸web') }),
    ['routes[1].name', 'another route named web']
  ],
  [
    'two routes on one listener',
    migrationText({ more: second(`listener: ‸${arns.listener}`) }),
    ['routes[1].listener', 'what route web moves already']
  ],
  [
    'a gate for a route that is not there',
    migrationText({ more: 'gates:\n  - { name: g, type: targetHealth, routes: [web, ‸wbe] }' }),
    ['gates[0].routes[1]', 'no route wbe', 'must be web']
  ],
  [
    'a gate with a wrong unit',
    migrationText({ more: 'gates:\n  - { name: g, type: targetHealth, every: ‸10 }' }),
    ['gates[0].every', 'is 10', 'a duration']
  ],
  [
    'two gates of one name',
    migrationText({ more: 'gates:\n  - { name: g, type: targetHealth }\n  - { name: ‸g, type: targetHealth }' }),
    ['gates[1].name', 'another gate named g']
  ],
  [
    'a version that YAML reads as a number',
    migrationText({ head: head('versions: { from: ‸1.30, to: "1.34" }') }),
    ['versions.from', 'is 1.3', 'put it in quotes']
  ],
  [
    'half a pair of versions',
    migrationText({ head: head('‸versions: { from: "1.33" }') }),
    ['versions.to', 'is missing']
  ],
  [
    'a variable that is a number',
    migrationText({ old: `{ targetGroup: ${arns.old}, vars: { cluster: ‸133 } }` }),
    ['routes[0].old.vars.cluster', 'is 133', 'put it in quotes']
  ],
  ['an unset variable, told once', migrationText({ old: '\n      targetGroup: ‸${OLD}' }), ['', 'OLD is not set']],
  [
    'every ARN wrong',
    migrationText({ target: 'listener: ‸a', old: '{ targetGroup: ‸b }', new: '{ targetGroup: ‸c }' }),
    ['routes[0].listener', '"a"'],
    ['routes[0].old.targetGroup', '"b"'],
    ['routes[0].new.targetGroup', '"c"']
  ]
]

for (const [what, text, ...said] of rows) {
  t.test(`a migration with ${what} is refused at its place`, async (t) => {
    const { text: clean, places } = marked(text)
    const { errors } = validateText(clean, 'm.yaml', { env: {} })
    t.equal(errors.length, said.length, `as many errors as there should be: ${spoken(errors).join(' | ')}`)
    said.forEach(([key, ...words], i) => {
      const [place, error] = [places[i], errors[i]]
      if (!place || !error) {
        t.fail('no such error')
        return
      }
      t.equal(placeOf(error), `${place.line}:${place.column}`)
      t.equal(error.key, key)
      for (const word of words) t.ok(error.message.includes(word), `${JSON.stringify(error.message)} says ${word}`)
    })
  })
}
