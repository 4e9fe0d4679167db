import t from 'tap'
import { validateText } from '../../src/config/validateText.ts'
import { marked, placeOf, policyText, spoken } from './support.ts'

/** What is wrong, the text with `‸` at each expected place, and for each place the key and words of its sentence. */
type Row = readonly [what: string, text: string, ...said: (readonly [key: string, ...words: string[]])[]]

const QUERIES = 'queries: [{ id: a, namespace: N, metric: M, stat: Sum }]'
const gate = (body: string) => policyText({ gates: `gates:\n  - ${body}` })

const rows: readonly Row[] = [
  // YAML itself
  ['a flow list that does not end', policyText({ steps: 'steps: [1\n‸more: 2' }), ['', 'not valid YAML', ']']],
  ['a tab as indentation', policyText({ more: 'alb:\n‸\tsettle: 60s' }), ['', 'Tabs are not allowed']],
  ['a quote that does not end', policyText({ more: 'description: "a‸' }), ['', 'Missing closing "quote']],
  ['a key that stands twice', policyText({ more: 'mode: act\n‸mode: observe' }), ['', 'stands twice']],
  ['an alias without an anchor', policyText({ more: 'description: ‸*text' }), ['', '*text has no anchor']],
  ['a tag that nobody knows', policyText({ more: 'description: ‸!text a' }), ['', 'Unresolved tag']],
  ['a number as key', policyText({ more: '‸[1]: 2' }), ['', 'keys must be strings']],
  [
    'a variable that is not set',
    policyText({ more: 'description: ‸${NOBODY}' }),
    ['', 'NOBODY is not set', 'no default']
  ],
  [
    'a variable that is not written right',
    policyText({ more: 'description: ‸${NO BODY}' }),
    ['', '${NO BODY} is not ${NAME}']
  ],

  // the document
  [
    'another apiVersion',
    policyText({ head: 'apiVersion: ‸sluice/v2\nkind: Policy\nname: p' }),
    ['apiVersion', '"sluice/v2"', 'sluice/v1']
  ],
  [
    'a kind that is not known',
    policyText({ head: 'apiVersion: sluice/v1\nkind: ‸Polcy\nname: p' }),
    ['kind', '"Polcy"', 'Policy or Migration', 'did you mean Policy?']
  ],
  ['no kind', policyText({ head: '‸apiVersion: sluice/v1\nname: p' }), ['kind', 'is missing', 'Policy or Migration']],
  [
    'no name',
    policyText({ head: '‸apiVersion: sluice/v1\nkind: Policy' }),
    ['name', 'is missing', 'a name of letters']
  ],
  [
    'a name with a space',
    policyText({ head: 'apiVersion: sluice/v1\nkind: Policy\nname: ‸my policy' }),
    ['name', '"my policy"', 'letters, digits']
  ],
  [
    'a name that YAML reads as a number',
    policyText({ head: 'apiVersion: sluice/v1\nkind: Policy\nname: ‸134' }),
    ['name', 'is 134', 'a name of letters']
  ],
  ['a list instead of a map', '‸- a\n- b', ['kind', 'is missing']],
  [
    'a number where text is wanted',
    policyText({ more: 'description: ‸1.30' }),
    ['description', 'is 1.3', 'must be text: put it in quotes']
  ],

  // keys
  [
    'an unknown key near a known one',
    policyText({ more: '‸onBreech: hold' }),
    ['onBreech', 'unknown key', 'did you mean onBreach?']
  ],
  [
    'an unknown key near none',
    policyText({ more: 'alb: { ‸zzzzzz: 1 }' }),
    ['alb.zzzzzz', 'unknown key', 'known here: settle']
  ],
  ['a key of another spelling', policyText({ more: '‸onbreach: hold' }), ['onbreach', 'did you mean onBreach?']],
  ['a merge key', policyText({ more: '‸<<: { mode: act }' }), ['<<', 'unknown key']],
  ['the key __proto__', policyText({ more: '‸__proto__: { mode: act }' }), ['__proto__', 'unknown key']],
  ['an empty section', policyText({ more: 'alb: ‸' }), ['alb', 'is empty', 'must be a map']],

  // units
  ['a duration without a unit', policyText({ more: 'deadline: ‸24' }), ['deadline', 'is 24', '5m', '1h30m']],
  [
    'a duration in words',
    policyText({ more: 'deadline: ‸5 minutes' }),
    ['deadline', '"5 minutes"', 'must be a duration']
  ],
  ['a duration of an unknown unit', policyText({ more: 'deadline: ‸2w' }), ['deadline', '"2w"', '7d']],
  [
    'a duration with the units upside down',
    policyText({ more: 'deadline: ‸30m1h' }),
    ['deadline', '"30m1h"', 'must be a duration']
  ],
  ['a duration of nothing', policyText({ more: 'alb: { settle: ‸0s }' }), ['alb.settle', '"0s"', 'above 0']],
  ['a duration of ages', policyText({ more: 'deadline: ‸999999d' }), ['deadline', '"999999d"', 'must be a duration']],
  [
    'a fraction where a share is wanted',
    gate('{ name: e, type: errorRate, max: ‸0.01, against: none }'),
    ['gates[0].max', 'is 0.01', 'percent sign', '0.5%']
  ],
  [
    'a share above the whole',
    gate('{ name: e, type: errorRate, max: ‸101%, against: none }'),
    ['gates[0].max', '"101%"', 'from 0% to 100%']
  ],
  [
    'a negative share',
    policyText({ more: 'drain: { residual: ‸-1% }' }),
    ['drain.residual', '"-1%"', 'from 0% to 100%']
  ],
  ['a percent with its sign', policyText({ more: 'maxJump: ‸50%' }), ['maxJump', '"50%"', 'without a percent sign']],
  [
    'a word that is none of the words',
    policyText({ more: 'onDrift: ‸rolback' }),
    ['onDrift', '"rolback"', 'halt or rollback', 'did you mean rollback?']
  ],
  [
    'a word where never or a duration is wanted',
    policyText({ more: 'onBlind: { rollback: ‸always }' }),
    ['onBlind.rollback', '"always"', 'never, or a duration']
  ],
  [
    'a number out of range',
    policyText({ more: 'capacity: { old: ‸90 }' }),
    ['capacity.old', 'is 90', 'a number from 0 to 1']
  ],
  [
    'half a target',
    policyText({ more: 'preflight: { minHealthyTargets: ‸0.5 }' }),
    ['preflight.minHealthyTargets', 'is 0.5', 'whole number of at least 1']
  ],
  [
    'no target',
    policyText({ more: 'preflight: { minHealthyTargets: ‸0 }' }),
    ['preflight.minHealthyTargets', 'is 0', 'at least 1']
  ],
  ['infinity', policyText({ more: 'capacity: { new: ‸.inf }' }), ['capacity.new', 'a number from 0 to 100']],

  // steps
  ['no steps', policyText({ steps: '' }).replace('apiVersion', '‸apiVersion'), ['steps', 'is missing', 'or a ramp']],
  ['an empty list of steps', policyText({ steps: 'steps: ‸[]' }), ['steps', 'an empty list', 'at least one step']],
  [
    'a step without a bake',
    policyText({ steps: 'steps:\n  - ‸percent: 10' }),
    ['steps[0].bake', 'is missing', 'a duration']
  ],
  [
    'a step of 0 %',
    policyText({ steps: 'steps: [{ percent: ‸0, bake: 10m }]' }),
    ['steps[0].percent', 'is 0', 'above 0']
  ],
  [
    'a step above 100 %',
    policyText({ steps: 'steps: [{ percent: ‸101, bake: 10m }]' }),
    ['steps[0].percent', 'is 101', 'up to 100']
  ],
  [
    'a step finer than tenths',
    policyText({ steps: 'steps: [{ percent: ‸0.25, bake: 10m }]' }),
    ['steps[0].percent', 'is 0.25', 'steps of 0.1']
  ],
  [
    'a percent that stays',
    policyText({ steps: 'steps:\n  - { percent: 10, bake: 10m }\n  - { percent: ‸10, bake: 10m }' }),
    ['steps[1].percent', 'is 10 %', 'above the step before (10 %)']
  ],
  [
    'a percent that falls',
    policyText({ steps: 'steps:\n  - { percent: 50, bake: 10m }\n  - { percent: ‸10, bake: 10m }' }),
    ['steps[1].percent', 'is 10 %', 'above the step before (50 %)']
  ],
  [
    'a jump above maxJump',
    policyText({ more: 'maxJump: 50' }).replace('percent: 100', 'percent: ‸100'),
    ['steps[1].percent', 'adds 90 % to 10 %', 'maxJump allows 50 %']
  ],
  [
    'a first step above maxJump',
    policyText({ steps: 'steps: [{ percent: ‸60, bake: 10m }]', more: 'maxJump: 50' }),
    ['steps[0].percent', 'adds 60 % to 0 %']
  ],
  [
    'a bake shorter than delay and 3 periods',
    policyText({ steps: 'steps: [{ percent: 100, bake: ‸4m }]' }),
    ['steps[0].bake', 'is 4m', 'at least 5m', 'gate errors', 'a delay of 2m and 3 periods of 1m']
  ],
  [
    'a first bake without its warmup',
    policyText({
      steps: 'steps:\n  - { percent: 1, bake: ‸5m }\n  - { percent: 100, bake: 5m }',
      gates: 'gates:\n  - { name: e, type: errorRate, max: 1%, against: none, warmup: 2m }'
    }),
    ['steps[0].bake', 'is 5m', 'at least 7m', 'warmup of 2m']
  ],
  [
    'an approval of another form',
    policyText({ steps: 'steps: [{ percent: 100, bake: 10m, approval: ‸yes }]' }),
    ['steps[0].approval', '"yes"', 'true, false or a map']
  ],
  [
    'an approval by nobody',
    policyText({ steps: 'steps: [{ percent: 100, bake: 10m, approval: { by: ‸nobody } }]' }),
    ['steps[0].approval.by', '"nobody"', 'anyone or other']
  ],
  ['steps and a ramp', policyText({ more: '‸ramp: { kind: linear }' }), ['ramp', 'exclude each other']],
  [
    'a ramp that falls',
    policyText({ steps: '‸ramp: { kind: linear, from: 50, to: 10 }' }),
    ['ramp', 'cannot rise from 50 to 10']
  ],
  [
    'a ramp of more steps than tenths',
    policyText({ steps: '‸ramp: { kind: linear, from: 1, to: 2, steps: 12 }' }),
    ['ramp', 'from 1 to 2 in 12 steps']
  ],
  [
    'a ramp of one step',
    policyText({ steps: 'ramp: { kind: linear, steps: ‸1 }' }),
    ['ramp.steps', 'is 1', 'from 2 to 1000']
  ],
  [
    'a ramp with short bakes',
    policyText({ steps: 'ramp: { kind: linear, ‸bake: 1m }' }),
    ['ramp.bake', 'is 1m', 'at least 5m', 'step 1 of 8']
  ],
  [
    'a ramp above maxJump',
    policyText({ steps: '‸ramp: { kind: exponential }', more: 'maxJump: 20' }),
    ['ramp', 'maxJump allows 20 %', 'step 7 of 8']
  ],
  ['a maxBake below a bake', policyText({ more: 'maxBake: ‸5m' }), ['maxBake', 'is 5m', 'the longest bake (10m)']],

  // gates
  ['no gates', policyText({ gates: '' }).replace('apiVersion', '‸apiVersion'), ['gates', 'is missing', 'gates: none']],
  [
    'an empty list of gates',
    policyText({ gates: 'gates: ‸[]' }),
    ['gates', 'an empty list', 'none for a policy that judges nothing']
  ],
  [
    'another word than none',
    policyText({ gates: 'gates: ‸nothing' }),
    ['gates', '"nothing"', 'a list of gates, or none']
  ],
  ['a gate without a type', gate('‸name: e'), ['gates[0].type', 'is missing', 'errorRate, targetHealth,', 'or probe']],
  [
    'a gate of a misspelt type',
    gate('{ name: e, type: ‸errorrate }'),
    ['gates[0].type', '"errorrate"', 'did you mean errorRate?']
  ],
  ['a gate that is text', gate('‸errors'), ['gates[0]', '"errors"', 'a gate']],
  [
    'no objective',
    gate('‸name: e\n    type: errorRate\n    against: none'),
    ['gates[0].max', 'is missing', 'percent sign']
  ],
  [
    'a comparison with something else',
    gate('{ name: e, type: errorRate, max: 1%, against: ‸new }'),
    ['gates[0].against', '"new"', 'old or none']
  ],
  [
    'a profile that is none',
    gate('{ name: e, type: errorRate, max: 1%, profile: ‸quick }'),
    ['gates[0].profile', '"quick"', 'robust or fast']
  ],
  [
    'knobs of a comparison that is turned off',
    gate(
      '{ name: e, type: errorRate, max: 1%, against: none, ‸profile: fast, ‸tolerance: 2, ‸alpha: {}, ‸stepBackBudget: 1 }'
    ),
    ['gates[0].profile', 'is only read with against: old'],
    ['gates[0].tolerance', 'is only read with against: old'],
    ['gates[0].alpha', 'is only read with against: old'],
    ['gates[0].stepBackBudget', 'is only read with against: old']
  ],
  [
    'an objective of nothing beside old',
    gate('{ name: e, type: errorRate, max: ‸0% }'),
    ['gates[0].max', 'is 0 %', 'must be above it']
  ],
  [
    'a tolerance below one',
    gate('{ name: e, type: errorRate, max: 1%, tolerance: ‸0.9 }'),
    ['gates[0].tolerance', 'is 0.9', 'a number from 1 to 100']
  ],
  [
    'an alpha as a share',
    gate('{ name: e, type: errorRate, max: 1%, alpha: { relative: ‸2% } }'),
    ['gates[0].alpha.relative', '"2%"', 'such as 0.02']
  ],
  [
    'an alpha of certainty',
    gate('{ name: e, type: errorRate, max: 1%, alpha: { absolute: ‸1 } }'),
    ['gates[0].alpha.absolute', 'is 1', 'up to 0.5']
  ],
  [
    'an alpha that is one number',
    gate('{ name: e, type: errorRate, max: 1%, alpha: ‸0.02 }'),
    ['gates[0].alpha', 'is 0.02', 'a map such as']
  ],
  [
    'no budget for stepping back',
    gate('{ name: e, type: errorRate, max: 1%, stepBackBudget: ‸0 }'),
    ['gates[0].stepBackBudget', 'is 0', 'above 0']
  ],
  [
    'a status class that there is not',
    gate('{ name: s, type: statusMix, classes: [4xx, ‸404] }'),
    ['gates[0].classes[1]', 'is 404', '2xx, 3xx, 4xx or 5xx']
  ],
  [
    'a statusMix against nothing',
    gate('{ name: s, type: statusMix, against: ‸none }'),
    ['gates[0].against', '"none"', 'must be old']
  ],
  [
    'a latency without anything',
    gate('‸name: l\n    type: latency'),
    ['gates[0].percentile', 'is missing', 'max or maxRatio, or maxSlow with over']
  ],
  [
    'a percentile without a bound',
    gate('‸name: l\n    type: latency\n    percentile: p99'),
    ['gates[0].max', 'is missing', 'max, maxRatio or both']
  ],
  [
    'a percentile as a number',
    gate('{ name: l, type: latency, percentile: ‸99, max: 1s }'),
    ['gates[0].percentile', 'is 99', 'such as p99']
  ],
  [
    'a percentile and a share',
    gate('{ name: l, type: latency, percentile: p99, max: 1s, ‸maxSlow: 1%, over: 1s }'),
    ['gates[0].maxSlow', 'exclude each other']
  ],
  [
    'a slow share without its limit',
    gate('‸name: l\n    type: latency\n    maxSlow: 1%'),
    ['gates[0].over', 'is missing', 'a request is slow']
  ],
  [
    'bounds of a percentile beside a slow share',
    gate('{ name: l, type: latency, maxSlow: 1%, over: 1s, ‸max: 1s, ‸maxRatio: 2 }'),
    ['gates[0].max', 'is only read with percentile'],
    ['gates[0].maxRatio', 'is only read with percentile']
  ],
  [
    'what belongs to a slow share beside a percentile',
    gate('{ name: l, type: latency, percentile: p99, max: 1s, ‸over: 1s, ‸tolerance: 2 }'),
    ['gates[0].over', 'is only read with maxSlow'],
    ['gates[0].tolerance', 'is only read with maxSlow']
  ],
  [
    'a slow share of nothing',
    gate('{ name: l, type: latency, maxSlow: ‸0%, over: 1s }'),
    ['gates[0].maxSlow', 'is 0 %', 'must be above it']
  ],
  [
    'a ratio below one',
    gate('{ name: l, type: latency, percentile: p99, maxRatio: ‸0.5 }'),
    ['gates[0].maxRatio', 'is 0.5', 'a number from 1']
  ],
  [
    'a metric without queries',
    gate('{ name: m, type: metric, queries: ‸[], expression: a, max: 1 }'),
    ['gates[0].queries', 'an empty list', 'at least one query']
  ],
  [
    'a metric without an expression',
    gate(`‸name: m\n    type: metric\n    ${QUERIES}\n    max: 1`),
    ['gates[0].expression', 'is missing']
  ],
  [
    'a metric without a bound',
    gate(`‸name: m\n    type: metric\n    ${QUERIES}\n    expression: a`),
    ['gates[0].max', 'is missing', 'max, min or both']
  ],
  [
    'a metric whose bounds cross',
    gate(`{ name: m, type: metric, ${QUERIES}, expression: a, max: 1, min: ‸2 }`),
    ['gates[0].min', 'is 2', 'at most max (1)']
  ],
  [
    'more breaches than periods',
    gate(`{ name: m, type: metric, ${QUERIES}, expression: a, max: 1, breaches: ‸3, outOf: 2 }`),
    ['gates[0].breaches', 'is 3', 'at most outOf (2)']
  ],
  [
    'an expression that is no arithmetic',
    gate(`{ name: m, type: metric, ${QUERIES}, expression: ‸a +, max: 1 }`),
    ['gates[0].expression', 'no arithmetic', 'at character']
  ],
  [
    'an expression over an id that is not asked',
    gate(`{ name: m, type: metric, ${QUERIES}, expression: ‸a / all, max: 1 }`),
    ['gates[0].expression', 'names all', 'the queries are a']
  ],
  [
    'two queries of one id',
    gate(
      '{ name: m, type: metric, expression: a, max: 1, queries: [{ id: a, namespace: N, metric: M, stat: Sum }, { id: ‸a, namespace: N, metric: O, stat: Sum }] }'
    ),
    ['gates[0].queries[1].id', 'another query named a']
  ],
  [
    'an id in capitals',
    gate('{ name: m, type: metric, expression: A, max: 1, queries: [{ id: ‸A, namespace: N, metric: M, stat: Sum }] }'),
    ['gates[0].queries[0].id', '"A"', 'lower-case letter']
  ],
  [
    'a statistic that CloudWatch does not have',
    gate(
      '{ name: m, type: metric, expression: a, max: 1, queries: [{ id: a, namespace: N, metric: M, stat: ‸Mean }] }'
    ),
    ['gates[0].queries[0].stat', '"Mean"', 'Sum, Average or p99']
  ],
  [
    'an external id without a role, of a gate that counts requests',
    gate('{ name: m, type: statusMix, externalId: ‸y }'),
    ['gates[0].externalId', 'of no use without a roleArn']
  ],
  [
    'a role that is none',
    gate('{ name: m, type: targetHealth, roleArn: ‸sluice }'),
    ['gates[0].roleArn', '"sluice"', 'an IAM role']
  ],
  [
    'an external id without a role',
    gate('{ name: a, type: alarm, names: [x], region: eu-west-1, externalId: ‸y }'),
    ['gates[0].externalId', 'of no use without a roleArn']
  ],
  [
    'a budget of nothing',
    gate('{ name: b, type: burnRate, objective: ‸100%, windows: [{ long: 1h, short: 5m, factor: 2 }] }'),
    ['gates[0].objective', 'is 100 %', 'no budget to burn']
  ],
  [
    'a short window that is the longer one',
    gate('{ name: b, type: burnRate, objective: 99%, windows: [{ long: 5m, short: ‸1h, factor: 2 }] }'),
    ['gates[0].windows[0].short', 'is 1h', 'shorter than long (5m)']
  ],
  [
    'windows that are no whole periods',
    gate('{ name: b, type: burnRate, objective: 99%, windows: [{ long: ‸90s, short: ‸30s, factor: 2 }] }'),
    ['gates[0].windows[0].long', 'is 1m30s', 'a multiple of period (1m)'],
    ['gates[0].windows[0].short', 'is 30s', 'a multiple of period (1m)']
  ],
  [
    'a burn that cannot be',
    gate('{ name: b, type: burnRate, objective: 90%, windows: [{ long: 1h, short: 5m, factor: ‸14.4 }] }'),
    ['gates[0].windows[0].factor', 'is 14.4', 'must be below 10']
  ],
  [
    'no windows',
    gate('{ name: b, type: burnRate, objective: 90%, windows: ‸[] }'),
    ['gates[0].windows', 'an empty list', 'at least one window']
  ],
  ...['1ms', '99ms', '0s', '0m50ms'].flatMap((every): Row[] => [
    [
      `an alarm that is read every ${every}`,
      gate(`{ name: a, type: alarm, names: [x], every: ‸${every} }`),
      ['gates[0].every', every, 'at least 100ms']
    ],
    [
      `a probe every ${every}`,
      gate(`{ name: p, type: probe, url: "https://x/", every: ‸${every} }`),
      ['gates[0].every', every, 'at least 100ms']
    ],
    [
      `targets that are read every ${every}`,
      gate(`{ name: t, type: targetHealth, every: ‸${every} }`),
      ['gates[0].every', every, 'at least 100ms']
    ]
  ]),
  [
    'an alarm without names',
    gate('{ name: a, type: alarm, names: ‸[] }'),
    ['gates[0].names', 'an empty list', 'at least one name']
  ],
  [
    'an alarm as text',
    gate('{ name: a, type: alarm, names: ‸checkout }'),
    ['gates[0].names', '"checkout"', 'a list of at least one name']
  ],
  ['a probe without a URL', gate('‸name: p\n    type: probe'), ['gates[0].url', 'is missing', 'https://']],
  ...['ftp://x', 'new.internal', 'https://user:pw@x/', 'https://x/#a'].map((url): Row => [
    `the URL ${url}`,
    gate(`{ name: p, type: probe, url: ‸"${url}" }`),
    ['gates[0].url', 'not shown here', 'a URL such as', 'without user name']
  ]),
  [
    'a host that is a URL',
    gate('{ name: p, type: probe, url: "https://x", host: ‸"https://y/" }'),
    ['gates[0].host', 'a host name']
  ],
  [
    'a probe that may never fail',
    gate('{ name: p, type: probe, url: "https://x", max: ‸0% }'),
    ['gates[0].max', 'is 0 %', 'above 0 % and below 95 %']
  ],
  [
    'a bake shorter than a latency gate needs',
    policyText({
      steps: 'steps: [{ percent: 100, bake: ‸5m }]',
      gates: 'gates:\n  - { name: l, type: latency, percentile: p99, max: 1s, delay: 3m }'
    }),
    ['steps[0].bake', 'is 5m', 'at least 6m', 'gate l needs a delay of 3m']
  ],
  [
    'a minBake above maxBake',
    policyText({ more: 'promote: evidence\nminBake: ‸1h\nmaxBake: 30m' }),
    ['minBake', 'is 1h', 'at most maxBake (30m)']
  ],
  [
    'a minBake above what a bake can become',
    policyText({ more: 'promote: evidence\nminBake: ‸1h' }),
    ['minBake', 'is 1h', 'at most 3 × the shortest bake (30m)']
  ],
  [
    'a harm budget of nothing',
    policyText({ more: 'promote: evidence\nharmBudget: ‸0' }),
    ['harmBudget', 'is 0', 'above 0']
  ],
  ['a promotion by chance', policyText({ more: 'promote: ‸luck' }), ['promote', '"luck"', 'fixed or evidence']],
  [
    'an equal-risk ramp with short bakes',
    policyText({ steps: 'ramp: { kind: equalRisk, ‸bake: 4m }' }),
    ['ramp.bake', 'is 4m', 'at least 5m']
  ],
  [
    'a period that CloudWatch does not have',
    gate('{ name: e, type: errorRate, max: 1%, against: none, period: ‸90s }'),
    ['gates[0].period', 'is 1m30s', '30s or a multiple of 60s']
  ],
  [
    'a key of another gate type',
    gate('{ name: e, type: errorRate, max: 1%, against: none, ‸every: 10s }'),
    ['gates[0].every', 'unknown key']
  ],
  [
    'two gates of one name',
    gate('{ name: e, type: targetHealth }\n  - { name: ‸e, type: targetHealth }'),
    ['gates[1].name', 'another gate named e']
  ],
  [
    'a ratio as a share',
    gate('{ name: e, type: targetHealth, minHealthyRatio: ‸80% }'),
    ['gates[0].minHealthyRatio', '"80%"', 'such as 0.8']
  ],
  [
    'a gate for no route',
    gate('{ name: e, type: targetHealth, routes: ‸[] }'),
    ['gates[0].routes', 'an empty list', 'at least one name']
  ],
  ['a route named twice', gate('{ name: e, type: targetHealth, routes: ‸[a, a] }'), ['gates[0].routes', 'each once']],
  [
    'an action that is none',
    gate('{ name: e, type: targetHealth, action: ‸page }'),
    ['gates[0].action', '"page"', 'rollback, hold or warn']
  ],

  // several at once
  [
    'several things at once',
    policyText({
      steps: 'steps:\n  - { percent: 10, bake: 10m }\n  - { percent: ‸5, bake: 10m }',
      more: '‸modus: act\n‸windows: {}'
    }),
    ['steps[1].percent', 'above the step before'],
    ['modus', 'did you mean mode?'],
    ['windows', 'is not available in this version']
  ]
]

for (const [what, text, ...said] of rows) {
  t.test(`a policy with ${what} is refused at its place`, async (t) => {
    const { text: clean, places } = marked(text)
    const { errors } = validateText(clean, 'p.yaml', { env: {} })
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
